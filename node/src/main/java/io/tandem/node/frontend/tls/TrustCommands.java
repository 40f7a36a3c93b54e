// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.observe.admin.Command;
import io.tandem.node.observe.admin.Level;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.node.tls.verify.TrustFile;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files of authorities ({@code ca-file}) or of revocation lists ({@code crl-file}) on the admin socket: shown, and replaced in a
 * transaction (HAProxy management guide 9.3). The replies are HAProxy's to the letter. Runs on the admin socket's thread.
 */
final class TrustCommands {
    /** A file that is not in use yet. */
    private record Transaction(CertificateStore store, TrustFile file) {}

    private final NodeRuntime node;
    private final TrustStore.Kind kind;
    private final String word;
    private final String title;
    private @Nullable Transaction transaction;

    private TrustCommands(NodeRuntime node, TrustStore.Kind kind) {
        this.node = node;
        this.kind = kind;
        word = kind == TrustStore.Kind.AUTHORITIES ? "ca-file" : "crl-file";
        title = kind == TrustStore.Kind.AUTHORITIES ? "CA" : "CRL";
    }

    static List<Command> of(NodeRuntime node) {
        List<Command> all = new ArrayList<>(new TrustCommands(node, TrustStore.Kind.AUTHORITIES).commands());
        all.addAll(new TrustCommands(node, TrustStore.Kind.REVOCATIONS).commands());
        return all;
    }

    private List<Command> commands() {
        boolean authorities = kind == TrustStore.Kind.AUTHORITIES;
        String argument = authorities ? "<cafile>" : "<crlfile>";
        return List.of(
                command(
                        "show",
                        authorities ? " [<cafile>[:<index>]]" : " [<crlfile[:<index>>]]",
                        authorities
                                ? "display the SSL CA files used in memory, or the details of a <cafile>, or a single"
                                        + " certificate of index <index> of a CA file <cafile>"
                                : "display the SSL CRL files used in memory, or the details of a <crlfile>, or a single CRL"
                                        + " of index <index> of CRL file <crlfile>",
                        Level.OPERATOR,
                        this::show),
                command("set", " " + argument + " <payload>", "replace a " + title + " file", Level.ADMIN, this::set),
                command("commit", " " + argument, "commit a " + title + " file", Level.ADMIN, this::commit),
                command(
                        "abort",
                        " " + argument,
                        "abort a transaction for a " + title + " file",
                        Level.ADMIN,
                        this::abort),
                command(
                        "new",
                        " " + argument,
                        "create a new " + title + " file to be used in a crt-list",
                        Level.ADMIN,
                        this::create),
                command("del", " " + argument, "delete an unused " + title + " file", Level.ADMIN, this::delete));
    }

    private Command command(String verb, String arguments, String doc, Level level, Command.Action action) {
        String name = verb + " ssl " + word;
        return new Command(name, name + arguments, doc, level, action);
    }

    private @Nullable Transaction pending(CertificateStore store) {
        Transaction open = transaction;
        return open != null && open.store() == store ? open : null;
    }

    private void show(Command.Arguments arguments, StringBuilder answer) {
        CertificateStore store = CertificateCommands.store(node);
        synchronized (store) {
            Transaction open = pending(store);
            String name = arguments.word(0);
            if (name.isEmpty()) {
                if (open != null) {
                    answer.append("# transaction\n*");
                    line(open.file(), answer);
                }
                answer.append("# filename\n");
                store.trust().all(kind).forEach(file -> line(file, answer));
                return;
            }
            int index = 0;
            int colon = name.lastIndexOf(':');
            if (colon > 0) {
                if (!name.substring(colon + 1).matches("[1-9][0-9]{0,8}")) {
                    answer.append("wrong ").append(title).append(" index after colons in '");
                    answer.append(name).append("'!\n");
                    return;
                }
                index = Integer.parseInt(name.substring(colon + 1));
                name = name.substring(0, colon);
            }
            boolean inTransaction = name.startsWith("*");
            TrustFile file = null;
            if (!inTransaction) {
                file = store.trust().get(kind, name);
            } else if (open != null && open.file().location().equals(name.substring(1))) {
                file = open.file();
            }
            if (file == null) {
                answer.append("Can't display the ").append(title).append(" file : Not found!\n");
                return;
            }
            String location = file.location();
            boolean used = !inTransaction && isUsed(store, location);
            details(name, used, file, index, answer);
        }
    }

    private boolean isUsed(CertificateStore store, String location) {
        return store.followers().stream().anyMatch(follower -> follower.uses(kind, location));
    }

    private void line(TrustFile file, StringBuilder answer) {
        answer.append(file.location());
        if (kind == TrustStore.Kind.AUTHORITIES) {
            answer.append(" - ").append(file.certificates().size()).append(" certificate(s)");
        }
        answer.append('\n');
    }

    private void details(String name, boolean used, TrustFile file, int index, StringBuilder answer) {
        boolean authorities = kind == TrustStore.Kind.AUTHORITIES;
        int size = authorities ? file.certificates().size() : file.revocations().size();
        if (size == 0 || index > size) {
            return;
        }
        answer.append("Filename: ").append(name).append("\nStatus: ").append(used ? "Used\n" : "Unused\n");
        for (int i = 1; i <= size; i++) {
            if (index > 0 && index != i) {
                continue;
            }
            answer.append(" \n");
            if (authorities) {
                answer.append("Certificate #").append(i).append(":\n");
                CertificateText.describe(file.certificates().get(i - 1), answer);
            } else {
                answer.append("Certificate Revocation List #").append(i).append(":\n");
                CertificateText.describe(file.revocations().get(i - 1), answer);
            }
        }
    }

    private void set(Command.Arguments arguments, StringBuilder answer) {
        String name = arguments.word(0);
        if (name.isEmpty() || arguments.payload().isEmpty()) {
            answer.append("'set ssl ")
                    .append(word)
                    .append(" expects a filename and ")
                    .append(title);
            answer.append("s as a payload\n");
            return;
        }
        CertificateStore store = CertificateCommands.store(node);
        synchronized (store) {
            Transaction open = pending(store);
            String refused = null;
            TrustFile parsed = null;
            if (open != null && !open.file().location().equals(name)) {
                refused = about(open, "set", name);
            } else if (store.trust().get(kind, name) == null) {
                refused = "Can't replace a " + title + " file which is not referenced by the configuration!\n";
            } else {
                parsed = TrustFile.parse(name, arguments.payload());
                refused = parsed == null ? "Invalid payload\n" : null;
            }
            if (refused != null || parsed == null) {
                answer.append(refused).append("Can't update ").append(name).append("!\n");
                return;
            }
            transaction = new Transaction(store, parsed);
            answer.append("transaction ")
                    .append(open == null ? "created" : "updated")
                    .append(" for ");
            answer.append(title).append(' ').append(name).append("!\n");
        }
    }

    private static String about(Transaction open, String what, String name) {
        return "The ongoing transaction is about '" + open.file().location() + "' but you are trying to " + what + " '"
                + name + "'\n";
    }

    private void commit(Command.Arguments arguments, StringBuilder answer) {
        String name = arguments.word(0);
        if (name.isEmpty()) {
            answer.append("'commit ssl ca-file expects a filename\n"); // HAProxy says ca-file for both
            return;
        }
        CertificateStore store = CertificateCommands.store(node);
        synchronized (store) {
            Transaction open = pending(store);
            if (open == null || !open.file().location().equals(name)) {
                answer.append(open == null ? "No ongoing transaction! !\n" : about(open, "set", name));
                answer.append("Can't commit ").append(name).append("!\n");
                return;
            }
            TrustFile before = store.trust().get(kind, name);
            store.trust().put(kind, open.file());
            List<Follower> concerned = store.followers().stream()
                    .filter(follower -> follower.uses(kind, name))
                    .toList();
            concerned.forEach(Follower::forget);
            String refused = store.follow();
            answer.append("Committing ").append(name);
            if (refused != null && before != null) {
                store.trust().put(kind, before); // all serve what they have served
                answer.append('\n')
                        .append(refused)
                        .append("\nCan't commit ")
                        .append(name)
                        .append("!\n");
                return;
            }
            transaction = null;
            answer.append("."
                            .repeat(concerned.stream()
                                    .mapToInt(Follower::instances)
                                    .sum()))
                    .append("\nSuccess!\n");
        }
    }

    private void abort(Command.Arguments arguments, StringBuilder answer) {
        String name = arguments.word(0);
        if (name.isEmpty()) {
            answer.append("'abort ssl ").append(word).append("' expects a filename\n");
            return;
        }
        CertificateStore store = CertificateCommands.store(node);
        synchronized (store) {
            Transaction open = pending(store);
            if (open == null) {
                answer.append("No ongoing transaction!\n");
            } else if (!open.file().location().equals(name)) {
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
            answer.append("'new ssl ").append(word).append("' expects a filename\n");
            return;
        }
        CertificateStore store = CertificateCommands.store(node);
        synchronized (store) {
            if (store.trust().get(kind, name) != null) {
                answer.append(title).append(" file '").append(name).append("' already exists!\n");
                return;
            }
            store.trust().put(kind, new TrustFile(name, List.of(), List.of()));
            answer.append("New ")
                    .append(title)
                    .append(" file created '")
                    .append(name)
                    .append("'!\n");
        }
    }

    private void delete(Command.Arguments arguments, StringBuilder answer) {
        String name = arguments.word(0);
        if (name.isEmpty()) {
            answer.append("'del ssl ")
                    .append(word)
                    .append("' expects a ")
                    .append(title)
                    .append(" file name\n");
            return;
        }
        CertificateStore store = CertificateCommands.store(node);
        synchronized (store) {
            TrustFile found = store.trust().get(kind, name);
            if (found == null || isUsed(store, name)) {
                answer.append("Can't remove the ")
                        .append(title)
                        .append(" file: ")
                        .append(title)
                        .append(" file '");
                answer.append(name).append(found == null ? "' doesn't exist!\n\n" : "' in use, can't be deleted!\n\n");
                return;
            }
            store.trust().remove(kind, name);
            answer.append(title).append(" file '").append(name).append("' deleted!\n");
        }
    }
}
