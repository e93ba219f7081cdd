#!/usr/bin/env bash
# Unpacks llama.cpp's tools of Debian sid, with the libraries that they need, into a folder: nothing is installed, and the
# system's own sources and package state stay as they are. Needs apt and dpkg-deb, no root. About 13 MB.
# Usage: fetch-llama-server.sh FOLDER. Prints the path of a script that starts llama-server.
set -euo pipefail

target=${1:?usage: fetch-llama-server.sh FOLDER}
starter=$target/llama-server
[ -x "$starter" ] && { echo "$starter"; exit 0; }

arch=$(dpkg --print-architecture)
[ "$arch" = amd64 ] || { echo "no llama-server for $arch is fetched here" >&2; exit 1; }
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
mkdir -p "$state"/{lists/partial,cache/archives/partial,debs} "$target"
touch "$state/status"
# the mirror that this machine uses already
mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb \(\[[^]]*\] \)\?\([^ ]*\).*/\2/p' \
  /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -1 || true)
[ -n "$mirror" ] || { echo "this machine's apt names no Debian mirror" >&2; exit 1; }
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$state/sources.list"

apt_of_sid=(apt-get -qq
  -o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State=$state" -o "Dir::State::lists=$state/lists" -o "Dir::State::status=$state/status"
  -o "Dir::Cache=$state/cache" -o APT::Sandbox::User="" -o Acquire::Languages=none)

"${apt_of_sid[@]}" update
(cd "$state/debs" && "${apt_of_sid[@]}" download \
  llama.cpp-tools libllama0 libggml0 libc6 libstdc++6 libgcc-s1 libgomp1 libssl3t64 zlib1g libzstd1)
for deb in "$state"/debs/*.deb; do dpkg-deb -x "$deb" "$target/root"; done

# through its own C library, which may be newer than this machine's
lib=$(cd "$target/root/usr/lib/x86_64-linux-gnu" && pwd)
backend=$(ls "$lib"/ggml/backends*/libggml-cpu-haswell.so)
cat >"$starter" <<START
#!/bin/sh
GGML_BACKEND_PATH="$backend" exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib:$lib/llama" --argv0 llama-server \\
  "$(cd "$target/root/usr/bin" && pwd)/llama-server" "\$@"
START
chmod +x "$starter"
echo "$starter"
