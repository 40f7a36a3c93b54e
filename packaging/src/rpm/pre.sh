getent group tandem >/dev/null || groupadd -r tandem
getent passwd tandem >/dev/null || useradd -r -g tandem -d /var/lib/tandem -s /sbin/nologin -c "Tandem load balancer" tandem
exit 0
