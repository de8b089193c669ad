"""Many old quotes, made again after everything that they were made from has been superseded."""
