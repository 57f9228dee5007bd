"""`fristad doctor`: what is wrong with a deployment, in order of danger."""
