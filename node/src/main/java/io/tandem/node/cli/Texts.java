// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import io.tandem.node.rules.regex.Regexes;
import io.tandem.node.setup.NodeRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** What {@code -v}, {@code -vv} and {@code -h} print. Deployment scripts read these lines: their shape is HAProxy's. */
final class Texts {
    private Texts() {}

    /** The lines of {@code -v}. */
    static String version() {
        return """
                HAProxy version %s %s - Tandem, compatible with HAProxy 2.6
                Status: early release of Tandem.
                Known bugs: see the change log of the package.
                Running on: %s"""
                .formatted(NodeRuntime.VERSION, NodeRuntime.RELEASE_DATE, kernel());
    }

    /** The lines of {@code -vv} below those of {@code -v}. Lists only what exists. */
    static String build(TandemPlatform platform, List<String> services) {
        return """
                Build options :
                  TARGET  = linux-glibc
                  CPU     = generic
                  CC      = javac
                  CFLAGS  = --release 17
                  OPTIONS = %s

                Feature list : %s

                Default settings :
                  bufsize = 16384, maxrewrite = 1024, maxpollevents = 200

                Built with multi-threading support (MAX_THREADS=64, default=%d).
                Running on Java version : %s
                %s
                Available polling systems :
                      epoll : pref=300,  test result OK
                Total: 1 (1 usable), will use epoll.

                Available multiplexer protocols :
                (protocols marked as <default> cannot be specified using 'proto' keyword)
                  <default> : mode=HTTP  side=FE|BE  mux=H1    flags=HTX
                  <default> : mode=TCP   side=FE|BE  mux=PASS  flags=

                Available services :%s
                Available filters :
                """
                .formatted(
                        platform.options(),
                        platform.featureList(),
                        Runtime.getRuntime().availableProcessors(),
                        Runtime.version(),
                        libraries(platform, services),
                        services.isEmpty() ? " none" : " " + String.join(" ", services));
    }

    private static String libraries(TandemPlatform platform, List<String> services) {
        String tls = platform.hasFeature("OPENSSL")
                ? """
                  Built with OpenSSL version : %1$s
                  Running on OpenSSL version : %1$s
                  OpenSSL library supports TLS extensions : yes
                  OpenSSL library supports SNI : yes
                  OpenSSL library supports : TLSv1.2 TLSv1.3
                  """
                        .formatted(platform.sslLibrary())
                : "";
        return tls
                + regexes()
                + services.stream()
                        .filter(service -> service.equals("prometheus-exporter"))
                        .map(service -> "Built with the Prometheus exporter as a service\n")
                        .collect(Collectors.joining());
    }

    private static String regexes() {
        return Regexes.isPcre()
                ? "Built with PCRE2 version : " + Regexes.version() + "\nPCRE2 library supports JIT : "
                        + (Regexes.isCompiledToMachineCode() ? "yes" : "no") + "\n"
                : "Built with java.util.regex, for want of libpcre2-8.so.0\n";
    }

    private static String kernel() {
        return "Linux " + read("/proc/sys/kernel/osrelease") + " " + read("/proc/sys/kernel/version") + " "
                + System.getProperty("os.arch", "").replace("amd64", "x86_64");
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            return "?";
        }
    }

    /** The usage, which goes to standard error. */
    static String usage(String program) {
        return """
                Usage : %s [-f <cfgfile|cfgdir>]* [ -vdVD ] [ -n <maxconn> ] [ -N <maxpconn> ]
                        [ -p <pidfile> ] [ -m <max megs> ] [ -C <dir> ] [-- <cfgfile>*]
                        -v displays version ; -vv shows known build options.
                        -d enters debug mode ; -db only disables background mode.
                        -dM[<byte>,help,...] debug memory (no effect: there are no pools to poison)
                        -V enters verbose mode (disables quiet mode)
                        -D goes daemon ; -C changes to <dir> before loading files.
                        -W master-worker mode.
                        -Ws master-worker mode with systemd notify support.
                        -q quiet mode : don't display messages
                        -c check mode : only check config files and exit
                        -cc check condition : evaluate a condition and exit
                        -n sets the maximum total # of connections (uses ulimit -n)
                        -m limits the usable amount of memory (no effect: use TANDEM_HEAP)
                        -N sets the default, per-proxy maximum # of connections (0)
                        -L set local peer name (default to hostname)
                        -p writes pids of all children to this file
                        -de -dp -dS -dG -dR -dL -dI (no effect)
                        -dK{class[,...]} dump registered keywords (use 'help' for list)
                        -dr ignores server address resolution failures
                        -dV disables SSL verify on servers side
                        -dW fails if any warning is emitted
                        -dD diagnostic mode : warn about suspicious configuration statements
                        -sf/-st [pid ]* finishes/terminates old pids.
                        -x <unix_socket> get listening sockets from a unix socket
                        -S <bind>[,<bind options>...] new master CLI
                """
                .formatted(program);
    }
}
