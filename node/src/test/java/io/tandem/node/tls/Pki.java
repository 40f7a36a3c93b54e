// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.tandem.node.testkit.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Certificates made by openssl: whatever can be wrong with them. */
public final class Pki {
    private static final String AUTHORITY =
            "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n";
    private static final String PAST = "20200101000000Z";
    private static final String LATELY = "20210101000000Z";
    private static final String SOON = "20980101000000Z";
    private static final String LATER = "20990101000000Z";

    private final Path directory;

    public Pki(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "leaf.key");
        run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ca.key");
        run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ca2.key");
        authority("root", "/C=FR/O=Lab/CN=root", "root", "ca", AUTHORITY, PAST, LATER);
        authority("other", "/CN=other", "other", "ca2", AUTHORITY, PAST, LATER);
        authority("oldroot", "/CN=oldroot", "oldroot", "ca", AUTHORITY, PAST, LATELY);
        authority("inter", "/CN=inter", "root", "ca2", AUTHORITY, PAST, LATER);
        authority("oldinter", "/CN=oldinter", "root", "ca2", AUTHORITY, PAST, LATELY);
        authority("noca", "/CN=noca", "root", "ca2", "basicConstraints=CA:false\n", PAST, LATER);
        authority("plain", "/CN=plain", "root", "ca2", "subjectKeyIdentifier=hash\n", PAST, LATER);
        authority("short", "/CN=short", "root", "ca2", AUTHORITY.replace("true", "true,pathlen:0"), PAST, LATER);
        authority("below", "/CN=below", "short", "ca", AUTHORITY, PAST, LATER);
        authority("nosign", "/CN=nosign", "root", "ca2", "basicConstraints=CA:true\nkeyUsage=cRLSign\n", PAST, LATER);
        authority(
                "narrow",
                "/CN=narrow",
                "root",
                "ca2",
                AUTHORITY + "nameConstraints=permitted;DNS:good.example,excluded;DNS:bad.good.example\n",
                PAST,
                LATER);
        authority("webca", "/CN=webca", "root", "ca2", AUTHORITY + "extendedKeyUsage=serverAuth\n", PAST, LATER);
    }

    /** A certificate of key {@code key}, signed by the key of {@code issuer} (ca for root, ca2 for others, own for itself). */
    private void authority(
            String name, String subject, String issuer, String key, String extensions, String from, String to)
            throws IOException, InterruptedException {
        issue(name, subject, issuer, key, extensions, from, to, List.of());
    }

    /** A client's or server's certificate, in {@code NAME.pem} with its key; {@code NAME.crt} without. */
    public Path leaf(String name, String subject, String issuer, String extensions)
            throws IOException, InterruptedException {
        return leaf(name, subject, issuer, extensions, PAST, LATER);
    }

    public Path expired(String name, String issuer) throws IOException, InterruptedException {
        return leaf(name, "/CN=" + name, issuer, "", PAST, LATELY);
    }

    public Path notYetValid(String name, String issuer) throws IOException, InterruptedException {
        return leaf(name, "/CN=" + name, issuer, "", SOON, LATER);
    }

    private Path leaf(String name, String subject, String issuer, String extensions, String from, String to)
            throws IOException, InterruptedException {
        issue(name, subject, issuer, "leaf", extensions, from, to, List.of());
        return bundle(name, name);
    }

    /** Joins certificates to {@code NAME.pem}, the key behind them. */
    public Path bundle(String name, String... certificates) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String certificate : certificates) {
            text.append(Files.readString(directory.resolve(certificate + ".crt")));
        }
        Path file = directory.resolve(name + ".pem");
        return Files.writeString(file, text + Files.readString(directory.resolve("leaf.key")));
    }

    /** Joins files of certificates or lists to {@code NAME}. */
    public Path join(String name, String... files) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String file : files) {
            text.append(Files.readString(directory.resolve(file)));
        }
        return Files.writeString(directory.resolve(name), text);
    }

    private String keyOf(String issuer) {
        return switch (issuer) {
            case "root", "oldroot", "below" -> "ca.key";
            default -> "ca2.key";
        };
    }

    /** {@code openssl ca} is the one command of Debian 12 that sets both times. */
    private void issue(
            String name,
            String subject,
            String issuer,
            String key,
            String extensions,
            String from,
            String to,
            List<String> more)
            throws IOException, InterruptedException {
        Path state = directory.resolve("ca-" + name);
        Files.createDirectories(state);
        Files.writeString(state.resolve("index.txt"), "");
        Files.writeString(
                state.resolve("serial"), "%08X".formatted(0x1000_0000 + Math.abs(name.hashCode() % 0x0FFF_FFFF)));
        Files.writeString(
                state.resolve("ca.cnf"),
                ("[ca]\ndefault_ca=d\n[d]\ndatabase=%1$s/index.txt\nserial=%1$s/serial\nnew_certs_dir=%1$s\n"
                                + "default_md=sha256\npolicy=p\nunique_subject=no\nx509_extensions=e\nstring_mask=utf8only\n"
                                + "[p]\ncountryName=optional\norganizationName=optional\norganizationalUnitName=optional\n"
                                + "commonName=optional\nemailAddress=optional\ndomainComponent=optional\n[e]\n%2$s")
                        .formatted(state, extensions));
        run("openssl", "req", "-new", "-utf8", "-key", key + ".key", "-subj", subject, "-out", name + ".csr");
        List<String> command = new ArrayList<>(List.of("openssl", "ca", "-batch", "-notext", "-preserveDN", "-utf8"));
        command.addAll(List.of("-config", state.resolve("ca.cnf").toString(), "-in", name + ".csr"));
        command.addAll(List.of("-out", name + ".crt", "-startdate", from, "-enddate", to));
        if (issuer.equals(name)) {
            command.addAll(List.of("-selfsign", "-keyfile", key + ".key"));
        } else {
            command.addAll(List.of("-cert", issuer + ".crt", "-keyfile", keyOf(issuer)));
        }
        command.addAll(more);
        run(command.toArray(String[]::new));
    }

    /** A certificate that signs itself. */
    public Path selfSigned(String name) throws IOException, InterruptedException {
        issue(name, "/CN=" + name, name, "leaf", "subjectKeyIdentifier=hash\n", PAST, LATER, List.of());
        return bundle(name, name);
    }

    /** A revocation list of {@code issuer} in {@code NAME.crl}. */
    private Path list(String name, String issuer, String from, String to, String... revoked)
            throws IOException, InterruptedException {
        Path state = directory.resolve("crl-" + name);
        Files.createDirectories(state);
        Files.writeString(state.resolve("index.txt"), "");
        Files.writeString(
                state.resolve("ca.cnf"),
                "[ca]\ndefault_ca=d\n[d]\ndatabase=%1$s/index.txt\ndefault_md=sha256\n".formatted(state));
        List<String> base = List.of(
                "openssl",
                "ca",
                "-config",
                state.resolve("ca.cnf").toString(),
                "-cert",
                issuer + ".crt",
                "-keyfile",
                keyOf(issuer));
        for (String certificate : revoked) {
            List<String> command = new ArrayList<>(base);
            command.addAll(List.of("-revoke", certificate + ".crt"));
            run(command.toArray(String[]::new));
        }
        List<String> command = new ArrayList<>(base);
        command.addAll(List.of("-gencrl", "-crl_lastupdate", from, "-crl_nextupdate", to, "-out", name + ".crl"));
        run(command.toArray(String[]::new));
        return directory.resolve(name + ".crl");
    }

    public Path revocations(String name, String issuer, String... revoked) throws IOException, InterruptedException {
        return list(name, issuer, PAST, LATER, revoked);
    }

    public Path oldRevocations(String name, String issuer, String... revoked) throws IOException, InterruptedException {
        return list(name, issuer, PAST, LATELY, revoked);
    }

    public Path futureRevocations(String name, String issuer) throws IOException, InterruptedException {
        return list(name, issuer, SOON, LATER);
    }

    public Path file(String name) {
        return directory.resolve(name);
    }

    private void run(String... command) throws IOException, InterruptedException {
        Program.of(command).in(directory).succeed();
    }
}
