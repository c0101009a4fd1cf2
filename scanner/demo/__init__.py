"""What `certgate demo` judges: sample evidence made on the spot, and a throw-away TLS server on this machine."""
