"""The project's own set of analysts' requests, each in English and in Chinese, with the plans that are right."""
