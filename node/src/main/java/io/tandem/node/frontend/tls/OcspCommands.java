// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.observe.admin.Command;
import io.tandem.node.observe.admin.Level;
import io.tandem.node.setup.NodeRuntime;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Stapled OCSP responses on the admin socket (HAProxy management guide 9.3). Runs on the admin socket's thread. */
final class OcspCommands {
    private final NodeRuntime node;

    private OcspCommands(NodeRuntime node) {
        this.node = node;
    }

    static List<Command> of(NodeRuntime node) {
        OcspCommands commands = new OcspCommands(node);
        return List.of(
                new Command(
                        "show ssl ocsp-response",
                        "show ssl ocsp-response [id]",
                        "display the IDs of the OCSP responses used in memory, or the details of a single OCSP response",
                        Level.USER,
                        commands::show),
                new Command(
                        "show ssl ocsp-updates",
                        "show ssl ocsp-updates",
                        "display information about the next 'nb' ocsp responses that will be updated automatically",
                        Level.USER,
                        (arguments, answer) ->
                                CertificateCommands.store(node).updates().show(answer)),
                new Command(
                        "update ssl ocsp-response",
                        "update ssl ocsp-response <certfile>",
                        "send ocsp request and update stored ocsp response",
                        Level.ADMIN,
                        commands::update),
                new Command(
                        "set ssl ocsp-response",
                        "set ssl ocsp-response <resp|payload>",
                        "update a certificate's OCSP Response from a base64-encode DER",
                        Level.ADMIN,
                        commands::set));
    }

    /** The identity of a certificate with a response, as {@code show ssl ocsp-response} lists it; empty without one. */
    static String key(CertificateParts parts) {
        OcspResponse response = parts.ocsp();
        if (response == null || response.isAwaited() || parts.chain().isEmpty()) {
            return "";
        }
        OcspId id = OcspId.of(parts.chain().get(0), parts.signer());
        return id == null ? "" : id.key();
    }

    static void describe(@Nullable Certificate certificate, StringBuilder answer) {
        OcspResponse response = certificate == null ? null : certificate.ocsp();
        if (response != null && !response.isAwaited()) {
            answer.append(OcspText.of(response));
        }
    }

    private void show(Command.Arguments arguments, StringBuilder answer) {
        CertificateStore store = CertificateCommands.store(node);
        synchronized (store) {
            Set<String> shown = new TreeSet<>();
            for (StoredCertificate stored : store.certificates()) {
                Certificate certificate = stored.current();
                OcspId id = certificate == null || certificate.ocsp() == null
                        ? null
                        : OcspId.of(certificate.leaf(), certificate.signer());
                if (id == null || !shown.add(id.key())) {
                    continue;
                }
                if (arguments.size() == 0) {
                    answer.append(shown.size() == 1 ? "# Certificate IDs\n" : "");
                    id.describe(answer);
                } else if (id.key().equals(arguments.word(0))) {
                    describe(certificate, answer);
                    return;
                }
            }
        }
        if (arguments.size() > 0) {
            answer.append("Certificate ID does not match any certificate.\n");
        }
    }

    private void set(Command.Arguments arguments, StringBuilder answer) {
        String text = arguments.payload().isEmpty() ? arguments.word(0) : arguments.payload();
        if (text.isEmpty()) {
            answer.append("'set ssl ocsp-response' expects response in base64 encoding.\n");
            return;
        }
        byte[] der = decode(text);
        if (der == null) {
            answer.append("'set ssl ocsp-response' received invalid base64 encoded response.\n");
            return;
        }
        OcspResponse response = new OcspResponse(der);
        CertificateStore store = CertificateCommands.store(node);
        synchronized (store) {
            boolean found = false;
            for (StoredCertificate stored : store.certificates()) {
                Certificate certificate = stored.current();
                if (certificate == null || certificate.signer() == null) {
                    continue;
                }
                OcspId id = OcspId.of(certificate.leaf(), certificate.signer());
                String complaint = OcspCheck.complaint(response, id, Instant.now());
                if (complaint != null) {
                    if (complaint.equals(OcspCheck.OTHER)) {
                        continue;
                    }
                    answer.append(complaint).append('\n');
                    return;
                }
                if (certificate.ocsp() != null) {
                    found = true;
                    stored.replace(certificate.with(response));
                }
            }
            if (!found) {
                String complaint = OcspCheck.complaint(response, null, Instant.now());
                answer.append(complaint != null ? complaint : OcspCheck.OTHER).append('\n');
                return;
            }
            store.follow();
            answer.append("OCSP Response updated!\n");
        }
    }

    /** Only begins: the authority may take its time, and this thread has others to answer. */
    private void update(Command.Arguments arguments, StringBuilder answer) {
        if (arguments.word(0).isEmpty()) {
            answer.append("'update ssl ocsp-response' expects a filename\n");
            return;
        }
        CertificateStore store = CertificateCommands.store(node);
        StoredCertificate stored;
        synchronized (store) {
            stored = store.certificate(arguments.word(0));
        }
        Certificate current = stored == null ? null : stored.current();
        if (stored == null || current == null) {
            answer.append("Can't replace a certificate which is not referenced by the configuration!\n");
        } else if (current.ocsp() == null) {
            answer.append(
                    "'update ssl ocsp-response' only works on certificates that already have a known OCSP response.\n");
        } else if (store.updates().now(stored, node.events())) {
            answer.append("OCSP update begun; see 'show ssl ocsp-updates'.\n");
        } else {
            answer.append("Can't send ocsp request for ").append(stored.name()).append("!\n");
        }
    }

    private static byte @Nullable [] decode(String text) {
        try {
            String joined = text.replaceAll("\\s", "");
            return joined.length() % 4 == 0 ? Base64.getDecoder().decode(joined) : null;
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }
}
