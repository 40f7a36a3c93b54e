// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.observe.admin.Command;
import io.tandem.node.observe.admin.Level;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Certificates on the admin socket: shown, replaced in a transaction, added and removed (HAProxy management guide 9.3). The
 * replies are HAProxy's to the letter. Runs on the admin socket's thread.
 */
final class CertificateCommands {
    /** Changes to one certificate that are not in use yet. */
    private static final class Transaction {
        private final StoredCertificate target;
        private final CertificateStore store;
        private CertificateParts parts;

        Transaction(StoredCertificate target, CertificateStore store, CertificateParts parts) {
            this.target = target;
            this.store = store;
            this.parts = parts;
        }
    }

    private final NodeRuntime node;
    private @Nullable Transaction transaction;

    private CertificateCommands(NodeRuntime node) {
        this.node = node;
    }

    static List<Command> of(NodeRuntime node) {
        CertificateCommands commands = new CertificateCommands(node);
        return List.of(
                new Command(
                        "show ssl cert",
                        "show ssl cert [<certfile>]",
                        "display the SSL certificates used in memory, or the details of a file",
                        Level.OPERATOR,
                        commands::show),
                new Command(
                        "set ssl cert",
                        "set ssl cert <certfile> <payload>",
                        "replace a certificate file",
                        Level.ADMIN,
                        commands::set),
                new Command(
                        "commit ssl cert",
                        "commit ssl cert <certfile>",
                        "commit a certificate file",
                        Level.ADMIN,
                        commands::commit),
                new Command(
                        "abort ssl cert",
                        "abort ssl cert <certfile>",
                        "abort a transaction for a certificate file",
                        Level.ADMIN,
                        commands::abort),
                new Command(
                        "new ssl cert",
                        "new ssl cert <certfile>",
                        "create a new certificate file to be used in a crt-list or a directory",
                        Level.ADMIN,
                        commands::create),
                new Command(
                        "del ssl cert",
                        "del ssl cert <certfile>",
                        "delete an unused certificate file",
                        Level.ADMIN,
                        commands::delete));
    }

    /** The certificates of the configuration that runs now. */
    static CertificateStore store(NodeRuntime node) {
        Configuration configuration = node.configuration();
        return CertificateStore.of(configuration.drafts().global());
    }

    /** The transaction, unless a reload has taken away what it is about. */
    private @Nullable Transaction pending(CertificateStore store) {
        Transaction open = transaction;
        return open != null && open.store == store ? open : null;
    }

    private void show(Command.Arguments arguments, StringBuilder answer) {
        CertificateStore store = store(node);
        synchronized (store) {
            Transaction open = pending(store);
            if (arguments.size() == 0) {
                if (open != null) {
                    answer.append("# transaction\n*").append(open.target.name()).append('\n');
                }
                answer.append("# filename\n");
                store.certificates().forEach(c -> answer.append(c.name()).append('\n'));
                return;
            }
            String name = arguments.word(0);
            if (name.startsWith("*")) {
                if (open != null && open.target.name().equals(name.substring(1))) {
                    describe(name, "Unused", open.parts, answer);
                    return;
                }
            } else {
                StoredCertificate found = store.certificate(name);
                if (found != null) {
                    Certificate current = found.current();
                    String status = current == null ? "Empty" : store.isUsed(found) ? "Used" : "Unused";
                    describe(name, status, current == null ? CertificateParts.NONE : current.parts(), answer);
                    return;
                }
                StoredCertificate stapled = name.endsWith(".ocsp")
                        ? store.certificate(name.substring(0, name.length() - ".ocsp".length()))
                        : null;
                if (stapled != null) {
                    OcspCommands.describe(stapled.current(), answer);
                    return;
                }
            }
            answer.append("Can't display the certificate: Not found or the certificate is a bundle!\n");
        }
    }

    private static void describe(String name, String status, CertificateParts parts, StringBuilder answer) {
        answer.append("Filename: ").append(name).append('\n');
        answer.append("Status: ").append(status).append('\n');
        if (!parts.chain().isEmpty()) {
            CertificateText.describe(parts.chain().get(0), answer);
            parts.chain().stream().skip(1).forEach(link -> answer.append("Chain Subject: ")
                    .append(CertificateText.name(link.getSubjectX500Principal()))
                    .append("\nChain Issuer: ")
                    .append(CertificateText.name(link.getIssuerX500Principal()))
                    .append('\n'));
        }
        answer.append("OCSP Response Key: ").append(OcspCommands.key(parts)).append('\n');
    }

    private void set(Command.Arguments arguments, StringBuilder answer) {
        String name = arguments.word(0);
        if (name.isEmpty() || arguments.payload().isEmpty()) {
            answer.append("'set ssl cert expects a filename and a certificate as a payload\n");
            return;
        }
        CertificateStore store = store(node);
        synchronized (store) {
            StoredCertificate target = store.certificate(name);
            ExtraFiles.Kind kind = null;
            if (target == null) {
                for (ExtraFiles.Kind each : ExtraFiles.Kind.values()) {
                    if (name.endsWith(each.suffix())) {
                        target = store.certificate(
                                name.substring(0, name.length() - each.suffix().length()));
                        kind = each;
                    }
                }
            }
            Transaction open = pending(store);
            if (target == null) {
                answer.append("Can't replace a certificate which is not referenced by the configuration!\n");
                answer.append("Can't update ").append(name).append("!\n");
                return;
            }
            if (open != null && open.target != target) { // HAProxy would put the payload into the other's transaction
                answer.append("The ongoing transaction is about '")
                        .append(open.target.name())
                        .append("' but you are trying to set '")
                        .append(name)
                        .append("'\nCan't update ")
                        .append(name)
                        .append("!\n");
                return;
            }
            Certificate current = target.current();
            CertificateParts parts =
                    open != null ? open.parts : current == null ? CertificateParts.NONE : current.parts();
            CertificateParts changed;
            try {
                changed = with(parts, kind, target.name(), arguments.payload());
            } catch (Certificate.Unusable unusable) {
                answer.append(unusable.text().isEmpty() ? "" : unusable.text() + "\n");
                answer.append("Can't load the payload\nCan't update ")
                        .append(name)
                        .append("!\n");
                return;
            }
            if (open == null) {
                transaction = new Transaction(target, store, changed);
            } else {
                open.parts = changed;
            }
            answer.append("Transaction ")
                    .append(open == null ? "created" : "updated")
                    .append(" for certificate ")
                    .append(target.name())
                    .append("!\n");
        }
    }

    private static CertificateParts with(
            CertificateParts parts, ExtraFiles.@Nullable Kind kind, String name, String payload)
            throws Certificate.Unusable {
        if (kind == null) {
            return parts.withPem(name, payload);
        }
        return switch (kind) {
            case KEY -> parts.withKey(name, payload);
            case ISSUER -> parts.withIssuer(name, payload);
            case OCSP -> parts.withOcsp(base64(payload).orElseThrow(() -> new Certificate.Unusable("")));
            case SCTL, BUNDLE -> throw new Certificate.Unusable("");
        };
    }

    private static Optional<OcspResponse> base64(String text) {
        try {
            return Optional.of(new OcspResponse(Base64.getMimeDecoder().decode(text)));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private void commit(Command.Arguments arguments, StringBuilder answer) {
        String name = arguments.word(0);
        if (name.isEmpty()) {
            answer.append("'commit ssl cert expects a filename\n");
            return;
        }
        CertificateStore store = store(node);
        synchronized (store) {
            Transaction open = pending(store);
            if (open == null || !open.target.name().equals(name)) {
                answer.append(open == null ? "No ongoing transaction! !\n" : about(open, "set", name))
                        .append("Can't commit ")
                        .append(name)
                        .append("!\n");
                return;
            }
            Certificate next;
            try {
                next = open.parts.complete(name);
            } catch (Certificate.Unusable unusable) {
                answer.append(unusable.text())
                        .append("\nCan't commit ")
                        .append(name)
                        .append("!\n");
                return;
            }
            Certificate before = open.target.current();
            open.target.replace(next);
            int instances = store.followers().stream()
                    .mapToInt(follower -> follower.instances(open.target))
                    .sum();
            String refused = store.follow();
            if (refused != null) {
                open.target.replace(before);
                answer.append("Committing ")
                        .append(name)
                        .append('\n')
                        .append(refused)
                        .append("\nCan't commit ");
                answer.append(name).append("!\n");
                return;
            }
            transaction = null;
            answer.append("Committing ")
                    .append(name)
                    .append(".".repeat(instances))
                    .append("\nSuccess!\n");
        }
    }

    private static String about(Transaction open, String what, String name) {
        return "The ongoing transaction is about '" + open.target.name() + "' but you are trying to " + what + " '"
                + name + "'\n";
    }

    private void abort(Command.Arguments arguments, StringBuilder answer) {
        String name = arguments.word(0);
        if (name.isEmpty()) {
            answer.append("'abort ssl cert' expects a filename\n");
            return;
        }
        CertificateStore store = store(node);
        synchronized (store) {
            Transaction open = pending(store);
            if (open == null) {
                answer.append("No ongoing transaction!\n");
            } else if (!open.target.name().equals(name)) {
                answer.append(about(open, "abort a transaction for", name));
            } else {
                transaction = null;
                answer.append("Transaction aborted for certificate '")
                        .append(name)
                        .append("'!\n");
            }
        }
    }

    private void create(Command.Arguments arguments, StringBuilder answer) {
        String name = arguments.word(0);
        if (name.isEmpty()) {
            answer.append("'new ssl cert' expects a filename\n");
            return;
        }
        CertificateStore store = store(node);
        synchronized (store) {
            if (store.certificate(name) != null) {
                answer.append("Certificate '").append(name).append("' already exists!\n");
                return;
            }
            store.put(new StoredCertificate(name, null));
            answer.append("New empty certificate store '").append(name).append("'!\n");
        }
    }

    private void delete(Command.Arguments arguments, StringBuilder answer) {
        String name = arguments.word(0);
        if (name.isEmpty()) {
            answer.append("'del ssl cert' expects a certificate name\n");
            return;
        }
        CertificateStore store = store(node);
        synchronized (store) {
            StoredCertificate found = store.certificate(name);
            if (found == null || store.isUsed(found)) {
                answer.append("Can't remove the certificate: certificate '")
                        .append(name)
                        .append(found == null ? "' doesn't exist!\n\n" : "' in use, can't be deleted!\n\n");
                return;
            }
            store.remove(found);
            answer.append("Certificate '").append(name).append("' deleted!\n");
        }
    }
}
