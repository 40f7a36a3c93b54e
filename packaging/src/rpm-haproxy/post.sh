if [ "$1" -eq 1 ]; then systemctl --no-reload preset haproxy.service >/dev/null 2>&1 || :; fi
systemd-tmpfiles --create tandem-haproxy.conf >/dev/null 2>&1 || :
systemctl daemon-reload >/dev/null 2>&1 || :
exit 0
