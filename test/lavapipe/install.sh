#!/usr/bin/env bash
# Unpacks a Mesa with f16, subgroups and subgroup matrices (26 or later) into a folder, for machines whose own is older.
# Debian, as root, with debootstrap. Nothing of it is installed; node in that folder runs this machine's Node with the
# folder's libraries.
set -euo pipefail
folder="${1:?usage: install.sh FOLDER}"
mirror="${DEBIAN_MIRROR:-http://deb.debian.org/debian}"

rm -rf "$folder"
mkdir -p "$folder"
folder="$(cd "$folder" && pwd)"
# The first stage only downloads, so that nothing has to run inside of the folder.
debootstrap --foreign --variant=minbase --include=mesa-vulkan-drivers forky "$folder/debian" "$mirror" \
  /usr/share/debootstrap/scripts/sid > "$folder/log" 2>&1 ||
  { tail -5 "$folder/log"; exit 1; }
for package in "$folder"/debian/var/cache/apt/archives/*.deb; do dpkg-deb --extract "$package" "$folder/root"; done
rm -rf "$folder/debian"

libraries="$folder/root/usr/lib/x86_64-linux-gnu"
cat > "$folder/driver.json" << END
{ "file_format_version": "1.0.1", "ICD": { "api_version": "1.4.0", "library_path": "$libraries/libvulkan_lvp.so" } }
END
cat > "$folder/node" << END
#!/bin/sh
export VK_DRIVER_FILES="$folder/driver.json" VK_ICD_FILENAMES="$folder/driver.json"
exec "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$(command -v node)" "\$@"
END
chmod +x "$folder/node"
