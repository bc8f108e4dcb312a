"""What is kept between runs, in one SQLite file. The only place that knows SQLAlchemy."""
