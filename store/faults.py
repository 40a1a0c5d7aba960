"""Why the projector stops of its own accord: each message says what, where, and what to do."""


class ProjectorFault(RuntimeError):
    """The projector cannot go on; its rows and offsets are as its last batch left them."""


class TopicsMissing(ProjectorFault):
    """The broker does not answer, or topics are not there."""


class TopicMadeAnew(ProjectorFault):
    """A topic was deleted and created again: the stored offsets mean nothing in it."""


class RecordsGone(ProjectorFault):
    """The topic no longer holds the record that comes next."""


class Superseded(ProjectorFault):
    """Another projector has taken the read model over."""


class RebuiltMeanwhile(ProjectorFault):
    """A rebuild has written the read model anew: a projector begins again where that ended."""


class DatabaseGone(ProjectorFault):
    """The database did not come back in the time it was given."""
