# Becomes pid 1 of a lab host, inside its new namespaces: gives it private /run, /dev, /etc, /var/lib and a name.
# $1 name, $2 an empty directory that nothing else uses, $3 the directory that becomes /var/log
set -e
name=$1 dir=$2 log=$3
{ echo "$name" > /proc/sys/kernel/hostname; } 2>/dev/null || hostname "$name"
mount -t tmpfs -o mode=755 tmpfs "$dir"

# A private, writable view of a directory: what is written there vanishes with the host.
cover() {
  mkdir -p "$dir/up$1" "$dir/work$1"
  layers=lowerdir=$1,upperdir=$dir/up$1,workdir=$dir/work$1
  mount -t overlay -o "$layers" overlay "$1" 2>/dev/null || mount -t overlay -o "$layers,userxattr" overlay "$1" 2>/dev/null || {
    cp -a "$1/." "$dir/up$1" 2>/dev/null || true
    mount --bind "$dir/up$1" "$1"
  }
}
# What the lab writes into is made here first: in an ordinary user's namespace the machine's own stay somebody else's.
mkdir -p "$dir/up/etc/haproxy/errors" "$dir/up/etc/tandem" "$dir/up/etc/keepalived" "$dir/up/etc/nginx" \
  "$dir/up/etc/ssl/serverless.my.id" "$dir/up/var/lib/haproxy/dev" "$dir/up/var/lib/tandem" "$dir/up/var/lib/nginx"
cover /etc
cover /var/lib
mount --bind "$log" /var/log

mkdir -p "$dir/dev/net" "$dir/dev/pts" "$dir/dev/shm"
for node in null zero full random urandom tty net/tun; do
  if [ -e "/dev/$node" ]; then : > "$dir/dev/$node"; mount --bind "/dev/$node" "$dir/dev/$node"; fi
done
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$dir/dev/pts" 2>/dev/null || true
ln -s pts/ptmx "$dir/dev/ptmx"
ln -s /proc/self/fd "$dir/dev/fd"
ln -s fd/0 "$dir/dev/stdin"; ln -s fd/1 "$dir/dev/stdout"; ln -s fd/2 "$dir/dev/stderr"
mount --rbind "$dir/dev" /dev
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t sysfs sysfs /sys 2>/dev/null || true
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/haproxy /run/tandem /run/lock
exec 2>&1
echo ready
# Adopts and reaps whatever its programs leave behind.
while :; do sleep 3600 & wait; done
