"""Our answers for assistants built on Rasa: an action server, and the topics as Rasa's own files."""
