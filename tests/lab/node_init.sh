#!/bin/bash
# Pid 1 inside a node: users, sshd, dockerd; then it reaps what the node's processes leave behind.
umount -l /oldroot && rmdir /oldroot
ip link set lo up
for user in otter sudoer nodocker passworded; do
  id "$user" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$user"
done
usermod --append --groups docker otter
echo "passworded:$(cat /etc/lab-password)" | chpasswd
/usr/sbin/sshd -E /var/log/sshd.log
/usr/local/sbin/lab-start-docker
while :; do
  sleep 3600 &
  wait $!
done
