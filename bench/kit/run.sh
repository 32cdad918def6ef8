#!/bin/sh
# The benchmark's commands on this machine: ./run.sh --help, ./run.sh all
set -eu
kit=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
# Paths such as weights/ and bench/results/ are the kit's own.
cd "$kit"

# The Vulkan loader of the machine knows where its drivers lie; the kit's own stands in for one that is missing.
if ! { PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true; } | grep -q 'libvulkan\.so\.1 .*x86-64'; then
  LD_LIBRARY_PATH="$kit/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
# Where containers get NVIDIA's driver mounted, out of the loader's and the linker's sight.
nvidia=/usr/local/nvidia
if [ -d "$nvidia/lib64" ]; then
  LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$nvidia/lib64"
fi
manifests() { ls /etc/vulkan/icd.d/*.json /usr/share/vulkan/icd.d/*.json /usr/local/share/vulkan/icd.d/*.json 2>/dev/null; }
if [ -z "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ] && ! manifests >/dev/null; then
  if [ -f "$nvidia/share/vulkan/icd.d/nvidia_icd.json" ]; then
    export VK_DRIVER_FILES="$nvidia/share/vulkan/icd.d/nvidia_icd.json"
  elif [ -e /dev/nvidiactl ]; then
    # A driver without its manifest; this entry point needs no X11.
    export VK_DRIVER_FILES="$kit/lib/nvidia-egl.json"
  fi
fi
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:-}"
# The Vulkan loader complains without it.
export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/tmp}"

exec ./node ./bench.mjs "$@"
