// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.observe.admin.Command;
import io.tandem.node.observe.admin.Level;
import io.tandem.node.setup.NodeRuntime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys of session tickets on the admin socket (HAProxy management guide 9.3). Runs on the admin socket's thread. */
final class TicketCommands {
    private final NodeRuntime node;

    private TicketCommands(NodeRuntime node) {
        this.node = node;
    }

    static List<Command> of(NodeRuntime node) {
        TicketCommands commands = new TicketCommands(node);
        return List.of(
                new Command(
                        "show tls-keys",
                        "show tls-keys [id|*]",
                        "show tls keys references or dump tls ticket keys when id specified",
                        Level.USER,
                        commands::show),
                new Command(
                        "set ssl tls-key",
                        "set ssl tls-key [id|file] <key>",
                        "set the next TLS key for the <id> or <file> listener to <key>",
                        Level.ADMIN,
                        commands::set));
    }

    private List<TicketFile> files() {
        return CertificateCommands.store(node).ticketFiles();
    }

    /** By name, or by number behind a hash. */
    private @Nullable TicketFile find(String which) {
        List<TicketFile> files = files();
        if (which.matches("#[0-9]{1,6}")) {
            int id = Integer.parseInt(which.substring(1));
            return id < files.size() ? files.get(id) : null;
        }
        return files.stream()
                .filter(file -> file.file().equals(which))
                .findFirst()
                .orElse(null);
    }

    private void show(Command.Arguments arguments, StringBuilder answer) {
        List<TicketFile> files = files();
        String which = arguments.word(0);
        if (which.isEmpty()) {
            answer.append("# id (file)\n");
            for (int id = 0; id < files.size(); id++) {
                answer.append(id).append(" (").append(files.get(id).file()).append(")\n");
            }
            return;
        }
        TicketFile one = find(which);
        if (one == null && !which.equals("*")) {
            answer.append("'show tls-keys' unable to locate referenced filename\n");
            return;
        }
        answer.append("# id secret\n");
        for (int id = 0; id < files.size(); id++) {
            TicketFile file = files.get(id);
            if (one == null || one == file) {
                answer.append("# ").append(id).append(" (").append(file.file()).append(")\n");
                int number = 0;
                for (String secret : file.shown()) {
                    answer.append(id)
                            .append('.')
                            .append(number++)
                            .append(' ')
                            .append(secret)
                            .append('\n');
                }
            }
        }
    }

    private void set(Command.Arguments arguments, StringBuilder answer) {
        if (arguments.word(0).isEmpty() || arguments.word(1).isEmpty()) {
            answer.append("'set ssl tls-key' expects a filename and the new TLS key in base64 encoding.\n");
            return;
        }
        TicketFile file = find(arguments.word(0));
        if (file == null) {
            answer.append("'set ssl tls-key' unable to locate referenced filename\n");
            return;
        }
        byte[] key = TicketFile.decode(arguments.word(1));
        if (key == null) {
            answer.append("'set ssl tls-key' received invalid base64 encoded TLS key.\n");
        } else if (!file.rotate(key)) {
            answer.append("'set ssl tls-key' received a key of wrong size.\n");
        } else {
            answer.append("TLS ticket key updated!\n");
        }
    }
}
