// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Says what is missing before anything is built. */
final class Requirements {
    private static final long TRY_LIMIT_S = 10;

    private Requirements() {}

    static void check(LabOptions options, long uid) throws IOException, InterruptedException {
        need("unshare", "install util-linux");
        need("nsenter", "install util-linux");
        need("setsid", "install util-linux");
        if (options.engine() == Engine.HAPROXY_KEEPALIVED) {
            need("haproxy", "install haproxy, or leave out --engine");
            need("keepalived", "install keepalived, or leave out --engine");
        }
        if (options.servers() == Servers.NGINX) {
            need("nginx", "install nginx, or leave out --servers");
        }
        Path keepalivedConf = options.keepalivedConf();
        if (keepalivedConf != null) {
            GivenRouters.read(keepalivedConf);
        }
        if (uid != 0) {
            needUserNamespaces();
        }
    }

    private static void need(String program, String remedy) throws IOException {
        String path = System.getenv("PATH");
        boolean found = Arrays.stream((path == null ? "" : path).split(":", -1))
                .map(directory -> Path.of(directory, program))
                .anyMatch(Files::isExecutable);
        if (!found) {
            throw new IOException(program + " is not in the PATH: " + remedy);
        }
    }

    private static void needUserNamespaces() throws IOException, InterruptedException {
        Process attempt = new ProcessBuilder(List.of(
                        "unshare",
                        "--user",
                        "--map-root-user",
                        "--net",
                        "--mount",
                        "--pid",
                        "--fork",
                        "--mount-proc",
                        "true"))
                .redirectErrorStream(true)
                .start();
        String said = new String(attempt.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (!attempt.waitFor(TRY_LIMIT_S, TimeUnit.SECONDS) || attempt.exitValue() != 0) {
            throw new IOException("this kernel gives an ordinary user no namespaces (" + said.strip()
                    + "): run it as root, or see the sysctls user.max_user_namespaces,"
                    + " kernel.unprivileged_userns_clone and kernel.apparmor_restrict_unprivileged_userns");
        }
    }
}
