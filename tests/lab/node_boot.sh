#!/bin/bash
# From this machine into a node's own root: run in the node's new namespaces, as its pid 1.
# Every mount is made in the node's own mount namespace and is gone with its last process.
set -eu
base=$1 folder=$2 name=$3
root=$folder/root

mount -t overlay overlay -o "lowerdir=$base,upperdir=$folder/upper,workdir=$folder/work" "$root"
mkdir -p "$root/var/lib/docker" "$root/oldroot"
mount --bind "$folder/docker" "$root/var/lib/docker" # Docker's own overlays can't lie on an overlay
mount -t sysfs sysfs "$root/sys"
mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm" "$root/run/sshd"
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
device() { mknod -m 666 "$root/dev/$1" c "$2" "$3"; }
device null 1 3 && device zero 1 5 && device full 1 7
device random 1 8 && device urandom 1 9 && device tty 5 0
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for i in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${i%:*}" "$root/dev/${i#*:}"; done

read -r pid _ </proc/self/stat # this machine's /proc still: the pid as seen from outside
mount -t proc proc "$root/proc"
hostname "$name"
cd "$root"
pivot_root . oldroot # chroot alone would let `docker exec` land in this machine's files
echo "$pid" >"/oldroot$folder/pid"
exec /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /bin/bash /usr/local/sbin/lab-init
