// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.Features.Protocol;

/**
 * The proxies' configurations: the same work in two languages. Each counts (they cannot be told not to), adds
 * X-Forwarded-For and sets one header.
 *
 * @param port where clients connect
 * @param backendPort where the server listens
 * @param certificates made for this run
 * @param logPort where access lines go, UDP
 */
record Configurations(int port, int backendPort, Certificates certificates, int logPort) {
    /** All waiting allowed in any case here is longer than the case. */
    private static final String TIMEOUTS =
            """
                timeout connect 5s
                timeout client 600s
                timeout server 600s
                timeout http-keep-alive 600s
            """;

    /**
     * haproxy.cfg, for haproxy and for Tandem.
     *
     * @param bufferBytes {@code tune.bufsize}; 0 for the program's own
     * @param more lines of the global section
     */
    String haproxy(Features features, int bufferBytes, String more) {
        boolean tcp = features.protocol() == Protocol.TCP;
        StringBuilder text = new StringBuilder("global\n    nbthread " + features.threads() + "\n    maxconn 9500\n");
        text.append("    ssl-default-bind-options ssl-min-ver TLSv1.2\n    tune.ssl.cachesize 0\n");
        if (bufferBytes > 0) {
            text.append("    tune.bufsize ").append(bufferBytes).append('\n');
        }
        if (features.accessLog()) {
            text.append("    log 127.0.0.1:").append(logPort).append(" local0\n");
        }
        text.append(more)
                .append("defaults\n    mode ")
                .append(tcp ? "tcp" : "http")
                .append('\n')
                .append(TIMEOUTS);
        if (features.accessLog()) {
            text.append("    log global\n    option httplog\n");
        }
        if (features.metricsPort() > 0) {
            text.append("frontend metrics\n    bind 127.0.0.1:")
                    .append(features.metricsPort())
                    .append("\n    http-request use-service prometheus-exporter if { path /metrics }\n");
        }
        text.append("frontend web\n    bind 127.0.0.1:").append(port);
        if (features.tls()) {
            text.append(" ssl crt ").append(certificates.pem(features.key()));
        }
        if (features.protocol() == Protocol.H2) {
            text.append(features.tls() ? " alpn h2,http/1.1" : " proto h2");
        }
        text.append('\n');
        if (!tcp) {
            text.append("    option forwardfor\n    http-request set-header X-Forwarded-Port %[dst_port]\n");
        }
        for (int i = 0; i < features.rules(); i++) {
            text.append("    acl never-")
                    .append(i)
                    .append(
                            switch (i % 4) {
                                case 0 -> " path_beg /private/" + i + "/";
                                case 1 -> " hdr(host) -i host" + i + ".example.net";
                                case 2 -> " src 192.0.2." + i % 250;
                                default -> " hdr_sub(user-agent) robot-" + i;
                            })
                    .append("\n    http-request deny if never-")
                    .append(i)
                    .append('\n');
        }
        if (features.replies()) {
            text.append("    http-request return status 200 content-type text/plain string pong\n");
        }
        return text.append("    default_backend app\nbackend app\n    balance roundrobin\n")
                .append(tcp ? "" : "    http-reuse always\n")
                .append("    server s1 127.0.0.1:")
                .append(backendPort)
                .append('\n')
                .toString();
    }

    /** nginx.conf; {@code directory} takes its files. */
    String nginx(Features features, String directory) {
        String head = "load_module /usr/lib/nginx/modules/ngx_stream_module.so;\n";
        String main = "worker_processes " + features.threads() + "; daemon off; "
                + (features.threads() == 1 ? "master_process off; " : "") + "error_log " + directory
                + "/nginx-error.log crit;\npid " + directory
                + "/nginx.pid;\nevents { worker_connections 19000; use epoll; }\n";
        if (features.protocol() == Protocol.TCP) {
            return head + main + "stream { upstream t { server 127.0.0.1:" + backendPort
                    + "; } server { listen 127.0.0.1:" + port
                    + " backlog=4096; proxy_timeout 600s; proxy_pass t; } }\n";
        }
        StringBuilder text = new StringBuilder(main).append("http {\n");
        text.append(
                features.accessLog()
                        ? "  access_log syslog:server=127.0.0.1:" + logPort + ",facility=local0 combined;\n"
                        : "  access_log off;\n");
        text.append("  keepalive_timeout 600s; keepalive_requests 1000000000;\n")
                .append("  ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache off;\n")
                .append("  upstream b { server 127.0.0.1:")
                .append(backendPort)
                .append("; keepalive 256; keepalive_requests 1000000000; }\n");
        for (int i = 0; i < features.rules(); i++) {
            text.append(
                    switch (i % 4) {
                        case 0 -> "  map $uri $n" + i + " { default 0; ~^/private/" + i + "/ 1; }\n";
                        case 1 -> "  map $host $n" + i + " { default 0; host" + i + ".example.net 1; }\n";
                        case 2 -> "  map $remote_addr $n" + i + " { default 0; 192.0.2." + i % 250 + " 1; }\n";
                        default -> "  map $http_user_agent $n" + i + " { default 0; ~robot-" + i + " 1; }\n";
                    });
        }
        text.append("  server { listen 127.0.0.1:").append(port).append(" backlog=4096");
        text.append(features.tls() ? " ssl" : "").append(features.protocol() == Protocol.H2 ? " http2;\n" : ";\n");
        if (features.tls()) {
            text.append("    ssl_certificate ")
                    .append(certificates.pem(features.key()))
                    .append("; ssl_certificate_key ")
                    .append(certificates.pem(features.key()))
                    .append(";\n");
        }
        for (int i = 0; i < features.rules(); i++) {
            text.append("    if ($n").append(i).append(") { return 403; }\n");
        }
        text.append(
                features.replies()
                        ? "    location / { default_type text/plain; return 200 \"pong\"; }\n"
                        : "    location / { proxy_pass http://b; proxy_http_version 1.1; proxy_set_header Connection \"\";\n"
                                + "      proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr;\n"
                                + "      proxy_set_header X-Forwarded-Port $server_port; }\n");
        return text.append("  }\n}\n").toString();
    }
}
