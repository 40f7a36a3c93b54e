// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.backend.Backend;
import io.tandem.node.content.cache.CacheCommands;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.tls.TlsFeature;
import io.tandem.node.language.Drafts;
import io.tandem.node.loop.LoopUse;
import io.tandem.node.observe.EventLog;
import io.tandem.node.observe.Rate;
import io.tandem.node.observe.admin.AdminFeature;
import io.tandem.node.observe.admin.AdminServer;
import io.tandem.node.observe.admin.Command;
import io.tandem.node.observe.admin.Commands;
import io.tandem.node.observe.admin.ErrorCommands;
import io.tandem.node.observe.admin.ServerCommands;
import io.tandem.node.observe.admin.ShowCommands;
import io.tandem.node.observe.admin.TableCommands;
import io.tandem.node.observe.admin.VirtualRouterCommands;
import io.tandem.node.observe.ring.RingCommands;
import io.tandem.node.resolve.ResolverCommands;
import io.tandem.node.rules.pattern.PatternCommands;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Who watches the process: the admin sockets and their commands, the sampling of rates, the expiry of table entries, and
 * events on their way to the proxies' logs. All on the admin socket's thread.
 */
final class Observers implements AutoCloseable {
    private final AdminServer server;
    private boolean complained; // used by the thread of the admin sockets

    /**
     * @param giver gives the listening sockets over a connection to the admin socket
     * @param ofListeners what operators may ask of listeners
     */
    Observers(NodeRuntime node, IntConsumer giver, List<Command> ofListeners) {
        server = new AdminServer(new Commands(commands(node, ofListeners)), giver);
        node.events().listen((level, proxy, text) -> log(node, level, proxy, text));
    }

    /** What operators may ask of everything. */
    static List<Command> commands(NodeRuntime node, List<Command> ofListeners) {
        List<Command> commands = new ArrayList<>(ShowCommands.of(node));
        commands.addAll(ErrorCommands.of(node));
        commands.addAll(TableCommands.of(node));
        commands.addAll(ServerCommands.of(node));
        commands.addAll(PatternCommands.of(node));
        commands.addAll(RingCommands.of(node.rings()));
        commands.addAll(ResolverCommands.of(node));
        commands.addAll(CacheCommands.of(node));
        commands.addAll(VirtualRouterCommands.of(node));
        commands.addAll(ofListeners);
        commands.addAll(TlsFeature.commands(node));
        return commands;
    }

    /** Begins the periodic work. Called once the first configuration is in place. */
    void start(NodeRuntime node) {
        server.group()
                .scheduleAtFixedRate(
                        () -> {
                            always(node, () -> node.totals().sample(node.configuration()));
                            LoopUse use = node.loopUse();
                            if (use != null) {
                                always(node, use::sample);
                            }
                            always(node, () -> node.tables().expire(NodeRuntime.monotonicMs()));
                        },
                        Rate.PERIOD_MS,
                        Rate.PERIOD_MS,
                        TimeUnit.MILLISECONDS);
    }

    /** A mistake of ours must not end the periodic work: rates would stand still, and entries of tables stay, for ever. */
    private void always(NodeRuntime node, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException mistake) {
            if (!complained) {
                complained = true;
                node.events().tell(EventLog.Level.ALERT, null, "internal error in periodic work: " + mistake);
            }
        }
    }

    private static void log(NodeRuntime node, EventLog.Level level, @Nullable String proxy, String text) {
        if (proxy == null || !node.isConfigured()) {
            return; // about the process: the console has said it
        }
        Configuration configuration = node.configuration();
        configuration
                .backend(proxy)
                .map(Backend::log)
                .or(() -> configuration.frontend(proxy).map(Frontend::log))
                .ifPresent(log -> log.event(level.code(), text));
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
