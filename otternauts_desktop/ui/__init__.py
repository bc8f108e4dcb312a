"""Showing: Qt widgets and models. Knows the use cases of services, never their doors."""
