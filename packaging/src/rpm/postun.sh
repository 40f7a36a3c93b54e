systemctl daemon-reload >/dev/null 2>&1 || :
if [ "$1" -ge 1 ]; then systemctl try-restart tandem.service >/dev/null 2>&1 || :; else rm -rf /var/cache/tandem; fi
exit 0
