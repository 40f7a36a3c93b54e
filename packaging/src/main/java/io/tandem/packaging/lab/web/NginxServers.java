// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.web;

import io.tandem.packaging.lab.host.Host;
import java.io.IOException;
import java.util.List;

/** The machine's nginx on each web host, answering with the host's address. */
public final class NginxServers {
    private static final String CONF = "/etc/nginx/tandem-lab.conf";

    private NginxServers() {}

    public static void start(List<Host> hosts) throws IOException {
        for (Host host : hosts) {
            host.write(
                    CONF,
                    """
                    daemon off;
                    user root;
                    worker_processes 1;
                    pid /run/nginx.pid;
                    error_log /var/log/nginx-error.log;
                    events { worker_connections 1024; }
                    http {
                        access_log off;
                        client_body_temp_path /run/nginx-body;
                        proxy_temp_path /run/nginx-proxy;
                        fastcgi_temp_path /run/nginx-fastcgi;
                        uwsgi_temp_path /run/nginx-uwsgi;
                        scgi_temp_path /run/nginx-scgi;
                        keepalive_requests 1000000;
                        server {
                            listen 80 backlog=1024;
                            default_type "text/html; charset=UTF-8";
                            location / { return 200 $server_addr; }
                        }
                    }
                    """);
            host.start(List.of("nginx", "-e", "/var/log/nginx-error.log", "-c", CONF), "nginx.out");
        }
    }
}
