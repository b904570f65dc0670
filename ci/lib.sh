# What the scripts in ci/ share: a server of our own for a while. Sourced, not run.
# shellcheck shell=bash

# A TCP port that is free now on the loopback address.
free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# await_server PORT LOG: returns when /health/ready of the process server_pid answers 200 (at most 60 s).
await_server() {
	local port=$1 log=$2 waited=0
	until curl -sf -o /dev/null --max-time 2 "http://127.0.0.1:$port/health/ready"; do
		if ! kill -0 "$server_pid" 2>/dev/null; then
			echo "the server ended before it was ready; the end of $log:" >&2
			tail -n 20 "$log" | cut -c1-300 >&2
			return 1
		fi
		waited=$((waited + 1))
		if [ $waited -gt 600 ]; then
			echo "the server was not ready after 60 s; see $log" >&2
			return 1
		fi
		sleep 0.1
	done
}

# start_server BINARY DATA PORT LOG: sets server_pid and waits until it is ready.
start_server() {
	local binary=$1 data=$2 port=$3 log=$4
	"$binary" serve --listen "127.0.0.1:$port" --data "$data" >"$log" 2>&1 </dev/null &
	server_pid=$!
	await_server "$port" "$log"
}

# Asks the server to end, waits for it, and gives its exit code (0 when it drained).
stop_server() {
	local code=0
	[ -n "${server_pid:-}" ] || return 0
	kill -TERM "$server_pid" 2>/dev/null || true
	wait "$server_pid" || code=$?
	server_pid=
	return $code
}
