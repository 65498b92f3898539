#!/usr/bin/env bash
# Installs the Nsight Systems command line without a GPU, a driver or CUDA, on Debian and Ubuntu.
#
#   capture/install-nsys.sh [DIR]      default: ~/.local/share/nsys-tools/nsys, where nsys-tools finds it
#
# The script downloads the nsight-systems and nsight-systems-target packages from the distribution's archive
# (non-free on Debian, multiverse on Ubuntu) and unpacks them below DIR. It changes nothing else on the system
# and does not require root. Afterwards, DIR/bin/nsys records NVTX and OS runtime calls (and CUDA if there is a GPU),
# imports recordings, and exports SQLite. Tested on Debian 12 with packages from
# Debian 13. On Ubuntu, it uses Ubuntu's archive.
set -euo pipefail

dir=${1:-${XDG_DATA_HOME:-$HOME/.local/share}/nsys-tools/nsys}
packages=(nsight-systems nsight-systems-target libssh-4)

say() { printf '%s\n' "$*" >&2; }
die() { say "install-nsys: $*"; exit 1; }

[ "$(uname -m)" = x86_64 ] || die "the packages are for x86_64, but this machine is $(uname -m). See https://developer.nvidia.com/nsight-systems."
command -v apt-get >/dev/null || die "apt-get is not installed. Download the CLI from https://developer.nvidia.com/nsight-systems."

# The first repository that apt already uses: a mirror that this machine can reach.
mirror_of_this_machine() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1
}

. /etc/os-release
case "$ID" in
    # The version in Debian 12 is older and has no exporter. The version in Debian 13 runs on both.
    debian) suite=trixie; components="main non-free"; keys=/usr/share/keyrings/debian-archive-keyring.gpg ;;
    ubuntu) suite=$VERSION_CODENAME; components="main universe multiverse"; keys=/usr/share/keyrings/ubuntu-archive-keyring.gpg ;;
    *) die "this script supports only Debian and Ubuntu, but this is $ID." ;;
esac
mirror=$(mirror_of_this_machine)
[ -n "$mirror" ] || die "apt has no repositories. Run apt-get update first."

mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# A separate apt with its own list of sources, package lists and cache, so that root is not required.
private_apt() {
    apt-get -qq -o Dir::Etc::SourceList="$scratch/sources.list" -o Dir::Etc::SourceParts=- \
        -o Dir::State="$scratch/state" -o Dir::State::status="$scratch/status" -o Dir::Cache="$scratch/cache" \
        -o APT::Sandbox::User="$(id -un)" "$@"
}

mkdir -p "$scratch"/{state/lists/partial,cache/archives/partial,debs,tree}
touch "$scratch/status"
echo "deb [signed-by=$keys] $mirror $suite $components" >"$scratch/sources.list"
say "reading $mirror $suite"
private_apt update || die "$mirror does not offer $suite $components."
say "downloading ${packages[*]} (about 350 MB)"
(cd "$scratch/debs" && private_apt download "${packages[@]}") || die "$suite does not have all of these packages: ${packages[*]}."
for package in "$scratch"/debs/*.deb; do dpkg-deb --extract "$package" "$scratch/tree"; done

# The components are in two folders of the packages and find each other only in one folder.
target=$(find "$scratch/tree/usr/lib" -type d -name 'target-linux-x64' | head -n 1)
host=$(find "$scratch/tree/usr/lib" -type d -name 'host-linux-x64' | head -n 1)
[ -n "$target" ] && [ -n "$host" ] || die "the packages of $suite have an unexpected layout."
rm -rf "$dir/lib" && mkdir -p "$dir/lib" "$dir/bin"
mv "$target" "$host" "$dir/lib/"

# The importer loads these from its own folder; Debian installs them elsewhere. The viewer is omitted.
cp -L --remove-destination "$scratch"/tree/usr/lib/x86_64-linux-gnu/libssh.so.4 "$dir/lib/host-linux-x64/libssh.so"
cp -L --remove-destination "$scratch"/tree/usr/lib/x86_64-linux-gnu/libssh.so.4 "$dir/lib/host-linux-x64/"
cp -L --remove-destination "$dir"/lib/target-linux-x64/libsqlite3.so.0 "$dir/lib/host-linux-x64/"
# The scripts of nsys stats look for their Python modules next to the importer.
cp -L "$dir"/lib/target-linux-x64/python/lib/*.py "$dir/lib/host-linux-x64/python/lib/"
find "$dir/lib/host-linux-x64" -name 'libQt6WebEngine*' -delete

cat >"$dir/bin/nsys" <<'WRAPPER'
#!/bin/sh
lib=$(dirname "$(dirname "$(readlink -f "$0")")")/lib
LD_LIBRARY_PATH=$lib/host-linux-x64${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
exec "$lib/target-linux-x64/nsys" "$@"
WRAPPER
chmod +x "$dir/bin/nsys"

# The installation succeeded if nsys can record, import, export and summarize a program.
"$dir/bin/nsys" profile --trace=osrt --sample=none --cpuctxsw=none --output="$scratch/try" true >"$scratch/log" 2>&1 &&
    "$dir/bin/nsys" export --type=sqlite --quiet=true --output="$scratch/try.sqlite" "$scratch/try.nsys-rep" >>"$scratch/log" 2>&1 &&
    "$dir/bin/nsys" stats --quiet --report=osrt_sum --format=csv --output=- "$scratch/try.sqlite" >"$scratch/sum" 2>&1 &&
    [ -s "$scratch/try.sqlite" ] && ! grep -q 'internal error' "$scratch/sum" || { cat "$scratch/log" "$scratch/sum" >&2; die "nsys is in $dir/bin, but does not work. Its output is above."; }
"$dir/bin/nsys" --version
say "installed: $dir/bin/nsys"
