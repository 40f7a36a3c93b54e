// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.node;

import io.tandem.packaging.lab.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;

/**
 * The files of a node that do not depend on its software.
 *
 * @param haproxyCfg text of /etc/haproxy/haproxy.cfg
 * @param certificatePem certificate and key
 * @param errorPages name such as {@code 503.http} to content
 * @param rootOnly whether root is the only user there is: the user haproxy then is root by another name
 */
public record NodeFiles(String haproxyCfg, String certificatePem, Map<String, String> errorPages, boolean rootOnly) {
    public static final String HAPROXY_CFG = "/etc/haproxy/haproxy.cfg";
    public static final String CERTIFICATE = "/etc/ssl/serverless.my.id/serverless.my.id.pem";

    private static final String ERRORS = "/etc/haproxy/errors/";
    private static final int ANY_FREE_ID = 64_999;

    public NodeFiles {
        errorPages = Map.copyOf(errorPages);
    }

    /** The error pages of the distribution. */
    public static Map<String, String> errorPages(Path directory) throws IOException {
        Map<String, String> pages = new TreeMap<>();
        try (var files = Files.newDirectoryStream(directory, "*.http")) {
            for (Path file : files) {
                pages.put(String.valueOf(file.getFileName()), Files.readString(file));
            }
        }
        if (pages.isEmpty()) {
            throw new IOException(directory + ": no error pages; the distribution is incomplete");
        }
        return pages;
    }

    void writeTo(Host host) throws IOException {
        host.write(HAPROXY_CFG, haproxyCfg);
        host.write(CERTIFICATE, certificatePem);
        Files.setPosixFilePermissions(host.file(CERTIFICATE), PosixFilePermissions.fromString("rw-------"));
        for (Map.Entry<String, String> page : errorPages.entrySet()) {
            host.write(ERRORS + page.getKey(), page.getValue());
        }
        provideUser(host, "/etc/passwd", "haproxy:x:%d:%d::/var/lib/haproxy:/usr/sbin/nologin\n");
        provideUser(host, "/etc/group", "haproxy:x:%d:\n");
    }

    /** The tutorial's {@code user haproxy}: in the host's own copy of the file, where the machine has none. */
    private void provideUser(Host host, String file, String format) throws IOException {
        String text = Files.readString(host.file(file));
        boolean there = text.lines().anyMatch(line -> line.startsWith("haproxy:"));
        if (there && !rootOnly) {
            return;
        }
        String others = text.lines()
                .filter(line -> !line.startsWith("haproxy:"))
                .map(line -> line + "\n")
                .collect(java.util.stream.Collectors.joining());
        int id = rootOnly ? 0 : ANY_FREE_ID;
        host.write(file, others + String.format(format, id, id));
    }
}
