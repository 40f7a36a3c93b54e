// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import io.tandem.node.backend.AgentSettings;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.CheckReport;
import io.tandem.node.backend.CheckStatusNumbers;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerAdmin;
import io.tandem.node.backend.ServerNaming;
import io.tandem.node.backend.ServerState;
import io.tandem.node.observe.stats.ServerStatus;
import io.tandem.node.rules.Termination;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.node.socket.Endpoints;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** What operators ask of servers: their state, their weight, maintenance (HAProxy management guide 9.3). */
public final class ServerCommands {
    private static final String STATE_HEADER = "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state"
            + " srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health"
            + " srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl"
            + " srv_check_port srv_check_addr srv_agent_addr srv_agent_port\n";

    private final NodeRuntime node;
    private final ServerAdmin admin;
    private final ServerTargetCommands target;
    private final AgentCommands agents;

    private ServerCommands(NodeRuntime node) {
        this.node = node;
        admin = new ServerAdmin(node.events(), System::currentTimeMillis);
        target = new ServerTargetCommands(admin, node);
        agents = new AgentCommands(admin);
    }

    public static List<Command> of(NodeRuntime node) {
        ServerCommands commands = new ServerCommands(node);
        return List.of(
                new Command(
                        "show servers state",
                        "show servers state [<backend>]",
                        "dump volatile server information (all or for a single backend)",
                        Level.OPERATOR,
                        commands::showState),
                new Command(
                        "disable server",
                        "disable server (DEPRECATED)",
                        "disable a server for maintenance (use 'set server' instead)",
                        Level.ADMIN,
                        (arguments, answer) -> commands.with(arguments, answer, commands.admin::maintenance)),
                new Command(
                        "enable server",
                        "enable server  (DEPRECATED)",
                        "enable a disabled server (use 'set server' instead)",
                        Level.ADMIN,
                        (arguments, answer) -> commands.with(arguments, answer, commands.admin::enable)),
                new Command(
                        "set server",
                        "set server <bk>/<srv> [opts]",
                        "change a server's state, weight, address or ssl",
                        Level.ADMIN,
                        commands::set),
                new Command(
                        "set maxconn server",
                        "set maxconn server <bk>/<srv>",
                        "change a server's maxconn setting",
                        Level.ADMIN,
                        (arguments, answer) -> commands.with(
                                arguments,
                                answer,
                                (b, server) -> commands.maxConnections(server, arguments.word(1), answer))),
                new Command(
                        "shutdown sessions server",
                        "shutdown sessions server <bk>/<srv>",
                        "kill sessions on a server",
                        Level.ADMIN,
                        (arguments, answer) -> commands.with(arguments, answer, (b, server) -> server.state()
                                .sessions()
                                .kill(Termination.KILLED))),
                new Command(
                        "get weight",
                        "get weight <bk>/<srv>",
                        "report a server's current weight",
                        Level.USER,
                        (arguments, answer) -> commands.with(arguments, answer, (backend, server) -> answer.append(
                                        server.state().weight())
                                .append(" (initial ")
                                .append(server.state().initialWeight())
                                .append(")\n"))),
                new Command(
                        "set weight",
                        "set weight <bk>/<srv>  (DEPRECATED)",
                        "change a server's weight (use 'set server' instead)",
                        Level.ADMIN,
                        (arguments, answer) -> commands.with(
                                arguments,
                                answer,
                                (backend, server) -> commands.weight(backend, server, arguments.word(1), answer))),
                new Command(
                        "disable health",
                        "disable health",
                        "disable health checks",
                        Level.ADMIN,
                        (arguments, answer) -> commands.with(
                                arguments, answer, (backend, server) -> commands.admin.checks(server, false))),
                new Command(
                        "disable agent",
                        "disable agent",
                        "disable agent checks",
                        Level.ADMIN,
                        (arguments, answer) ->
                                commands.with(arguments, answer, (b, server) -> commands.agents.disable(server))),
                new Command(
                        "enable agent",
                        "enable agent",
                        "enable agent checks",
                        Level.ADMIN,
                        (arguments, answer) -> commands.with(
                                arguments, answer, (b, server) -> commands.agents.enable(server, answer))),
                new Command(
                        "enable health",
                        "enable health",
                        "enable health checks",
                        Level.ADMIN,
                        (arguments, answer) -> commands.with(
                                arguments, answer, (b, server) -> commands.enableHealth(server, answer))));
    }

    /** Finds the server a command names first, or says why not. */
    private void with(Command.Arguments arguments, StringBuilder answer, BiConsumer<Backend, Server> then) {
        String[] names = arguments.word(0).split("/", 2);
        if (names.length < 2 || names[1].isEmpty()) {
            answer.append("Require 'backend/server'.\n");
            return;
        }
        Optional<Backend> backend = node.configuration().backend(names[0]);
        if (backend.isEmpty()) {
            answer.append("No such backend.\n");
            return;
        }
        backend.get()
                .server(names[1])
                .ifPresentOrElse(
                        server -> then.accept(backend.get(), server), () -> answer.append("No such server.\n"));
    }

    private void enableHealth(Server server, StringBuilder answer) {
        if (server.description().check() == null) {
            answer.append("Health check was not configured on this server, cannot enable.\n");
        } else {
            admin.checks(server, true);
        }
    }

    private void maxConnections(Server server, String text, StringBuilder answer) {
        String complaint = admin.maxConnections(server, text);
        if (complaint != null) {
            answer.append(complaint);
        }
    }

    private void set(Command.Arguments arguments, StringBuilder answer) {
        with(arguments, answer, (backend, server) -> {
            switch (arguments.word(1)) {
                case "state" -> state(backend, server, arguments.word(2), answer);
                case "weight" -> weight(backend, server, arguments.word(2), answer);
                case "health" -> health(backend, server, arguments.word(2), answer);
                case "agent", "agent-addr", "agent-port", "agent-send" ->
                    agents.set(backend, server, arguments, answer);
                default -> target.set(server, arguments, answer);
            }
        });
    }

    private void state(Backend backend, Server server, String word, StringBuilder answer) {
        switch (word) {
            case "ready" -> admin.ready(backend, server);
            case "drain" -> admin.drain(backend, server);
            case "maint" -> admin.maintenance(backend, server);
            default -> answer.append("'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n");
        }
    }

    private void health(Backend backend, Server server, String word, StringBuilder answer) {
        if (server.description().follows() != null) {
            answer.append("cannot change health on a tracking server.\n");
            return;
        }
        switch (word) {
            case "up" -> admin.healthUp(backend, server);
            case "stopping" -> admin.healthStopping(backend, server);
            case "down" -> admin.healthDown(backend, server);
            default -> answer.append("'set server <srv> health' expects 'up', 'stopping', or 'down'.\n");
        }
    }

    private void weight(Backend backend, Server server, String word, StringBuilder answer) {
        String complaint = admin.weight(backend, server, word);
        if (complaint != null) {
            answer.append(complaint).append('\n');
        }
    }

    private void showState(Command.Arguments arguments, StringBuilder answer) {
        Configuration configuration = node.configuration();
        List<Backend> backends = configuration.backends();
        if (arguments.size() > 0) {
            Optional<Backend> backend = configuration.backend(arguments.word(0));
            if (backend.isEmpty()) {
                answer.append("Can't find backend.\n");
                return;
            }
            backends = List.of(backend.get());
        }
        answer.append("1\n").append(STATE_HEADER);
        long nowMs = System.currentTimeMillis();
        for (Backend backend : backends) {
            boolean forcedId = configuration.drafts().proxies().stream()
                    .anyMatch(proxy -> proxy.isBackend()
                            && proxy.hasCustomId()
                            && proxy.name().equals(backend.name()));
            for (Server server : backend.servers()) {
                line(backend, forcedId, server, nowMs, answer);
            }
        }
    }

    private static void line(Backend backend, boolean forcedId, Server server, long nowMs, StringBuilder answer) {
        ServerState state = server.state();
        boolean checked = server.description().check() != null;
        CheckReport report = state.checks().last();
        boolean known = report.status() != CheckReport.Status.INI;
        int result = !known ? 0 : report.conditional() ? 4 : report.passed() ? 3 : 2;
        AgentSettings agent = server.description().agent();
        answer.append(backend.id()).append(' ').append(backend.name());
        answer.append(' ').append(server.description().id()).append(' ').append(server.name());
        answer.append(' ').append(ServerStatus.bareHost(server));
        answer.append(' ').append(operation(state));
        answer.append(' ').append(adminState(state));
        answer.append(' ').append(state.weight()).append(' ').append(state.initialWeight());
        answer.append(' ').append((nowMs - state.downtime().changedAtMs()) / 1000);
        answer.append(' ').append(CheckStatusNumbers.of(report.status()));
        answer.append(' ').append(result).append(' ').append(state.healthPoints());
        answer.append(' ').append(checkState(state, checked));
        ServerNaming naming = server.naming();
        String host = naming == null ? null : server.host();
        answer.append(' ').append(agent == null ? 0 : state.agent().isEnabled() ? 22 : 18);
        answer.append(' ').append(forcedId ? 1 : 0).append(' ').append(server.hasIdOfItsOwn() ? 1 : 0);
        answer.append(' ').append(host == null ? "-" : host).append(' ');
        answer.append(server.address().getPort()).append(' ');
        answer.append(naming == null || !naming.service() ? "-" : naming.host());
        answer.append(' ').append(server.tls() == null ? 0 : 1);
        InetAddress checkAddress = state.target().checkAddress();
        answer.append(' ').append(state.target().checkPort()).append(' ');
        answer.append(checkAddress == null ? "-" : Endpoints.text(checkAddress)).append(' ');
        InetAddress agentAddress = state.target().agentAddress();
        answer.append(agentAddress == null ? "-" : Endpoints.text(agentAddress)).append(' ');
        int agentPort = state.target().agentPort();
        answer.append(
                        agentPort != 0
                                ? agentPort
                                : agent == null ? 0 : agent.address().getPort())
                .append('\n');
    }

    /** {@code srv_op_state}: 0 down, 1 coming up, 2 up, 3 takes no new clients. */
    private static int operation(ServerState state) {
        if (!state.isRunning()) {
            return 0;
        }
        return state.health() == ServerState.Health.STOPPING ? 3 : state.warmth() < 100 ? 1 : 2;
    }

    /** The bits of {@code srv_check_state}: configured 2, enabled 4, paused 8. */
    private static int checkState(ServerState state, boolean checked) {
        int enabled = state.checks().isEnabled() ? 4 : 0;
        return checked
                ? 2 | enabled | (state.maintenance() ? 8 : 0)
                : state.admin().maintenanceByConfiguration() ? 8 : 0;
    }

    private static int adminState(ServerState state) {
        int bits = (state.admin().ownDrain() ? 8 : 0)
                | (state.admin().inheritedDrain() ? 16 : 0)
                | (state.admin().inheritedMaintenance() ? 2 : 0);
        bits |= (state.admin().ownMaintenance() ? 1 : 0) | (state.admin().maintenanceByConfiguration() ? 4 : 0);
        return bits | (state.admin().unresolved() ? 32 : 0) | (state.admin().showsHostSet() ? 64 : 0);
    }
}
