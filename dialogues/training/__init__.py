"""How the recogniser is trained: outside the product, from the messages in this folder, reproducibly."""
