// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.config.text.Problems;
import io.tandem.node.language.LoadContext;
import io.tandem.node.observe.admin.Command;
import io.tandem.node.observe.admin.Level;
import io.tandem.node.setup.NodeRuntime;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lists of certificates on the admin socket (HAProxy management guide 9.3), the replies HAProxy's to the letter. Runs on the
 * admin socket's thread.
 */
final class CrtListCommands {
    private static final String EDIT = "Can't edit the crt-list: ";
    private static final String DELETE = "Can't delete the entry: ";

    private final NodeRuntime node;

    private CrtListCommands(NodeRuntime node) {
        this.node = node;
    }

    static List<Command> of(NodeRuntime node) {
        CrtListCommands commands = new CrtListCommands(node);
        return List.of(
                new Command(
                        "show ssl crt-list",
                        "show ssl crt-list [-n] [<list>]",
                        "show the list of crt-lists or the content of a crt-list file <list>",
                        Level.OPERATOR,
                        commands::show),
                new Command(
                        "add ssl crt-list",
                        "add ssl crt-list <list> <cert> [opts]*",
                        "add to crt-list file <list> a line <cert> or a payload",
                        Level.ADMIN,
                        commands::add),
                new Command(
                        "del ssl crt-list",
                        "del ssl crt-list <list> <cert[:line]>",
                        "delete a line <cert> from crt-list file <list>",
                        Level.ADMIN,
                        commands::delete));
    }

    private void show(Command.Arguments arguments, StringBuilder answer) {
        CertificateStore store = CertificateCommands.store(node);
        synchronized (store) {
            boolean numbered = arguments.word(0).equals("-n");
            String name = arguments.word(numbered ? 1 : 0);
            if (name.isEmpty()) {
                if (numbered) {
                    answer.append("'show ssl crt-list -n' expects a filename or a directory\n");
                } else {
                    store.lists().forEach(list -> answer.append(list.name()).append('\n'));
                }
                return;
            }
            CrtList list = store.list(name);
            if (list == null) {
                answer.append("didn't find the specified filename\n");
                return;
            }
            answer.append("# ").append(list.name()).append('\n');
            for (CrtList.Entry entry : list.entries()) {
                answer.append(entry.certificate().name());
                if (numbered) {
                    answer.append(':').append(entry.line());
                }
                if (!entry.options().isEmpty()) {
                    answer.append(" [").append(entry.shownOptions()).append(']');
                }
                entry.filters().forEach(filter -> answer.append(' ').append(filter));
                answer.append('\n');
            }
        }
    }

    private void add(Command.Arguments arguments, StringBuilder answer) {
        String name = arguments.word(0);
        String payload = arguments.payload();
        if (name.isEmpty() || (arguments.word(1).isEmpty() && payload.isEmpty())) {
            answer.append("'add ssl crtlist' expects a filename and a certificate name\n");
            return;
        }
        CertificateStore store = CertificateCommands.store(node);
        synchronized (store) {
            String line = payload.isEmpty() ? arguments.word(1) : payload.strip();
            String refused = add(store, name, line);
            if (refused != null) {
                answer.append(EDIT).append(refused).append('\n');
                return;
            }
            CrtList list = store.list(name);
            answer.append("Inserting certificate '")
                    .append(line.split("[ \\[]", 2)[0])
                    .append("' in crt-list '")
                    .append(list == null ? name : list.name())
                    .append("'.\nSuccess!\n");
        }
    }

    /** Null when the line is served, or why not. */
    @SuppressWarnings("ReferenceEquality") // as in delete
    private static @Nullable String add(CertificateStore store, String name, String line) {
        CrtList list = store.list(name);
        LoadContext loaded = store.context();
        if (list == null || loaded == null) {
            return "crt-list '" + name + "' does not exist!";
        }
        if (line.indexOf('\n') >= 0) {
            return "only one line of payload is supported!";
        }
        LoadContext context = new LoadContext(new Problems(), loaded.keywords(), loaded.drafts(), loaded.options());
        CrtList.Entry entry;
        try {
            String file = CrtListLine.parse(line).file();
            if (list.isDirectory() && !file.startsWith(list.name() + "/")) {
                return "'" + list.name() + "' is a directory, certificate path '" + file
                        + "' must contain the directory path";
            }
            entry = new CrtListReader(store, context).given(line, list.nextLine());
        } catch (Certificate.Unusable unusable) {
            return unusable.text();
        } catch (CrtListLine.Malformed malformed) {
            return "parsing [CLI:1]: " + malformed.text();
        }
        if (list.isDirectory() && list.uses(entry.certificate())) {
            return "file already exists in this directory!";
        }
        if (entry.certificate().current() == null) {
            return "certificate '" + entry.certificate().name() + "' is empty!";
        }
        list.add(entry);
        String refused = store.follow();
        if (refused != null) {
            list.entries().removeIf(each -> each == entry);
        }
        return refused;
    }

    private void delete(Command.Arguments arguments, StringBuilder answer) {
        String name = arguments.word(0);
        String which = arguments.word(1);
        if (name.isEmpty() || which.isEmpty()) {
            answer.append("'del ssl crtlist' expects a filename and a certificate name\n");
            return;
        }
        CertificateStore store = CertificateCommands.store(node);
        synchronized (store) {
            int colon = which.lastIndexOf(':');
            boolean numbered = colon > 0 && which.substring(colon + 1).matches("[0-9]{1,9}");
            String certificate = numbered ? which.substring(0, colon) : which;
            int line = numbered ? Integer.parseInt(which.substring(colon + 1)) : -1;
            String refused = delete(store, name, certificate, line);
            if (refused != null) {
                answer.append(DELETE).append(refused).append('\n');
            } else {
                answer.append("Entry '").append(certificate).append("' deleted in crtlist '");
                answer.append(name).append("'!\n");
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // an entry of a list is itself alone: two lines may say the same
    private static @Nullable String delete(CertificateStore store, String name, String certificate, int line) {
        CrtList list = store.list(name);
        if (list == null) {
            return "crt-list '" + name + "' does not exist!";
        }
        StoredCertificate stored = store.certificate(certificate);
        if (stored == null) {
            return "certificate '" + certificate + "' does not exist!";
        }
        List<CrtList.Entry> found = list.entries().stream()
                .filter(entry -> entry.certificate() == stored)
                .toList();
        if (found.isEmpty()) {
            return "certificate '" + certificate + "' does not exist in crt-list '" + name + "'!";
        }
        CrtList.Entry entry = found.size() == 1 && line < 0
                ? found.get(0)
                : found.stream().filter(each -> each.line() == line).findFirst().orElse(null);
        if (entry == null) {
            String lines =
                    found.stream().map(each -> String.valueOf(each.line())).collect(Collectors.joining(", "));
            return line < 0
                    ? "found the certificate '" + certificate
                            + "' in several entries, please specify a line number preceded by colons (" + lines + ")!"
                    : "found a certificate '" + certificate
                            + "' but the line number is incorrect, please specify a correct line number preceded by"
                            + " colons (" + lines + ")!";
        }
        List<TlsBind> holding = store.binds().stream()
                .filter(bind -> bind.defaultEntry() == entry)
                .toList();
        if (!holding.isEmpty()) {
            StringBuilder text = new StringBuilder("certificate '" + certificate
                    + "' cannot be deleted, it is used as default certificate by the following frontends:\n");
            holding.forEach(bind -> text.append("\t- ").append(bind.origin()).append('\n'));
            return text.toString();
        }
        list.entries().removeIf(each -> each == entry);
        return store.follow();
    }
}
