// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.language.Drafts;
import io.tandem.node.observe.admin.AdminFeature;
import io.tandem.node.observe.admin.AdminServer;
import io.tandem.node.observe.admin.Command;
import io.tandem.node.observe.admin.Commands;
import io.tandem.node.observe.admin.ShowCommands;
import io.tandem.node.observe.admin.TableCommands;
import io.tandem.node.setup.NodeRuntime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The admin sockets of the process and the commands they answer. */
final class Observers implements AutoCloseable {
    private final AdminServer server;

    Observers(NodeRuntime node) {
        List<Command> commands = new ArrayList<>(ShowCommands.of(node));
        commands.addAll(TableCommands.of(node));
        server = new AdminServer(new Commands(commands));
    }

    /** Opens and closes admin sockets as a configuration says; nothing has changed if it throws. */
    void apply(Drafts drafts) throws IOException {
        server.apply(drafts.global().facet(AdminFeature.SETTINGS));
    }

    @Override
    public void close() {
        server.close();
    }
}
