"""What ci/bench and ci/adversary are made of: parts, processes, peers, load, pools of random inputs, and the figures."""
