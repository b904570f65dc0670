"""What ci/bench is made of: processes, peers, load, pools of random inputs, and the table at the end."""
