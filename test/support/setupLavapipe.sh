#!/bin/sh
# Fetches Mesa's lavapipe 25, a software Vulkan driver some twenty times faster at compute than SwiftShader, into the
# folder given. For Debian 12, as root. Its own driver (22.3) is too old for WebGPU, but brings the libraries that the
# newer one is linked to; that one comes from backports, by a private apt state, so that nothing else is upgraded.
set -eu
dir=$(mkdir -p "$1" && cd "$1" && pwd)
[ -f "$dir/lvp_icd.json" ] && exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends libvulkan1 mesa-vulkan-drivers >/dev/null
mirror=$(awk '/^URIs:/{print $2; exit} /^deb /{for(i=2;i<=NF;i++) if($i ~ /^http/){print $i; exit}}' \
    /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/lists/partial" "$tmp/cache/archives/partial"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm-backports main" >"$tmp/backports.list"
set -- -qq -o "Dir::Etc::SourceList=$tmp/backports.list" -o Dir::Etc::SourceParts=/dev/null \
    -o "Dir::State::Lists=$tmp/lists" -o "Dir::Cache=$tmp/cache" -o APT::Sandbox::User=root
apt-get "$@" update
version=$(apt-cache "$@" madison mesa-vulkan-drivers | awk '/bookworm-backports/{print $3; exit}')
(cd "$tmp" && apt-get "$@" download "mesa-vulkan-drivers=$version" && dpkg -x mesa-vulkan-drivers_*.deb unpacked)
cp "$tmp"/unpacked/usr/lib/*/libvulkan_lvp.so "$dir/"
printf '{"file_format_version":"1.0.0","ICD":{"library_path":"%s/libvulkan_lvp.so","api_version":"1.3.0"}}\n' "$dir" \
    >"$dir/lvp_icd.json"
