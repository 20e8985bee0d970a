"""A trace in a notebook or a browser: live as a widget, finished as a page that stands alone."""
