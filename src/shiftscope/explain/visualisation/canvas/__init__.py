"""What a picture is made on: its size, colours and spectrum."""
