"""What a picture is made for beside single units, one objective a file."""
