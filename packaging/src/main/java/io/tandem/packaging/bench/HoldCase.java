// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.util.List;

/**
 * As many established TLS connections as asked for, in a network namespace of its own: {@link HoldInside} does the work there.
 * A process that may not have enough descriptors is helped by others beside it.
 */
record HoldCase(String name, String doc) implements Experiment {
    private static final String INSIDE =
            """
            ip link set lo up
            sysctl -qw net.ipv4.ip_local_port_range='1024 65535' net.core.somaxconn=8192 net.ipv4.tcp_max_syn_backlog=8192
            exec "$0" "$@"
            """;

    @Override
    public List<Row> run(Bench bench) throws IOException, InterruptedException {
        bench.say("%s: %s", name, doc);
        Process inside = new ProcessBuilder(
                        "unshare",
                        "--net",
                        "sh",
                        "-c",
                        INSIDE,
                        "taskset",
                        "-c",
                        "0,1",
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-Dtandem.launcher=" + Contender.launcher(),
                        "-Dio.netty.jfr.enabled=false",
                        HoldInside.MACHINE_ID,
                        "-cp",
                        System.getProperty("java.class.path"),
                        HoldInside.class.getName(),
                        Integer.toString(bench.options().connections()),
                        bench.certificates().pem(Features.Key.ECDSA).toString(),
                        bench.directory().toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            if (inside.waitFor() != 0) {
                throw new IOException("see above; the namespace needs root");
            }
        } finally {
            inside.destroy();
        }
        return List.of();
    }
}
