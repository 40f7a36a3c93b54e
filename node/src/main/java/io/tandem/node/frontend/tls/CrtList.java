// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The certificates that a {@code crt-list} file, a directory or a single {@code crt} stands for, in order. Entries come and go
 * by commands; guarded by the lock of its {@link CertificateStore}.
 */
final class CrtList {
    /**
     * One line.
     *
     * @param line its number, 0 where there is no file of lines
     * @param options between brackets, with their arguments; empty for none
     * @param settings what the options say; null for none
     * @param filters names to answer to, {@code !} in front of those not to; empty for those of the certificate
     */
    record Entry(
            StoredCertificate certificate,
            int line,
            Map<String, String> options,
            @Nullable TlsSettings settings,
            List<String> filters) {
        Entry {
            options = Map.copyOf(options);
            filters = List.copyOf(filters);
        }

        /** As {@code show ssl crt-list} repeats the options: in an order of its own, a blank behind lists of protocols. */
        String shownOptions() {
            List<String> shown = new ArrayList<>();
            for (String name : SHOWN_ORDER) {
                String argument = options.get(name);
                if (argument != null) {
                    String blank = name.endsWith("pn") ? " " : "";
                    shown.add(argument.isEmpty() ? name : name + " " + argument + blank);
                }
            }
            return String.join(" ", shown);
        }

        /** All of the certificate's own names. */
        static Entry plain(StoredCertificate certificate, int line) {
            return new Entry(certificate, line, Map.of(), null, List.of());
        }
    }

    private static final List<String> SHOWN_ORDER = List.of(
            "npn",
            "alpn",
            "verify",
            "no-ca-names",
            "allow-0rtt",
            "ca-file",
            "crl-file",
            "ciphers",
            "ciphersuites",
            "curves",
            "ecdhe",
            "ocsp-update",
            "ssl-min-ver",
            "ssl-max-ver");

    private final String name;
    private final boolean directory;
    private final List<Entry> entries = new ArrayList<>();
    private int lines;

    CrtList(String name, boolean directory) {
        this.name = name;
        this.directory = directory;
    }

    String name() {
        return name;
    }

    boolean isDirectory() {
        return directory;
    }

    List<Entry> entries() {
        return entries;
    }

    void add(Entry entry) {
        entries.add(entry);
        lines = Math.max(lines, entry.line());
    }

    /** Says how many lines its file has, so that those added get numbers behind. */
    void hasLines(int count) {
        lines = Math.max(lines, count);
    }

    int nextLine() {
        return lines + 1;
    }

    boolean uses(StoredCertificate certificate) {
        return entries.stream().anyMatch(entry -> entry.certificate() == certificate);
    }
}
