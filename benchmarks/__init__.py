"""Side-by-side measurements. They print figures and assert nothing."""
