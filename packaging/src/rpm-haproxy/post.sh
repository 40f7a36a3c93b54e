if [ "$1" -eq 1 ]; then
  # One of the two services runs: this package's, by the operator's choice.
  systemctl --no-reload disable tandem.service >/dev/null 2>&1 || :
  systemctl --no-reload preset haproxy.service >/dev/null 2>&1 || :
fi
systemd-tmpfiles --create tandem-haproxy.conf >/dev/null 2>&1 || :
systemctl daemon-reload >/dev/null 2>&1 || :
exit 0
