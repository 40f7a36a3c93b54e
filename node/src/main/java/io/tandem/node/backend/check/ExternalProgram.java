// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import static io.tandem.vrrp.netlink.Libc.C;

import io.netty.channel.unix.DomainSocketAddress;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.boot.SystemCall;
import io.tandem.node.frontend.listen.Bind;
import io.tandem.node.language.Mode;
import io.tandem.node.socket.Endpoints;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.lang.ref.Reference;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program with what it is told (HAProxy manual, {@code external-check command}). Immutable.
 *
 * @param words the program and its arguments
 * @param environment all that it gets, {@code NAME=VALUE}
 */
record ExternalProgram(String file, List<String> words, List<String> environment) {
    private static final String NOT_USED = "NOT_USED";
    private static final int POSIX_SPAWN_SETPGROUP = 2;
    private static final int POSIX_SPAWN_SETSIGMASK = 8;
    private static final int ATTRIBUTES = 512;

    ExternalProgram {
        words = List.copyOf(words);
        environment = List.copyOf(environment);
    }

    /** The program with what it is told now. Looks for its file, which may block. */
    static ExternalProgram of(CheckTarget target, ExternalCommand command) {
        Backend backend = target.backend();
        Server server = target.server();
        InetSocketAddress address = server.address();
        String proxyAddress = "";
        String proxyPort = "";
        for (Bind bind : target.configuration()
                .frontend(backend.name())
                .map(frontend -> frontend.binds())
                .orElse(List.of())) {
            if (bind.address().socket() instanceof InetSocketAddress own) {
                proxyAddress = Endpoints.text(own.getAddress());
                proxyPort = String.valueOf(own.getPort());
                break;
            }
            if (bind.address().socket() instanceof DomainSocketAddress path) {
                proxyAddress = path.path();
                break;
            }
        }
        boolean unix = server.description().dialing().unix() != null;
        String serverAddress =
                unix ? String.valueOf(server.description().dialing().unix()) : Endpoints.text(address.getAddress());
        String serverPort = unix ? "" : String.valueOf(address.getPort());
        List<String> words = List.of(
                command.command(),
                proxyAddress.isEmpty() ? NOT_USED : proxyAddress,
                proxyPort.isEmpty() ? NOT_USED : proxyPort,
                serverAddress,
                unix ? NOT_USED : serverPort);
        List<String> environment = new ArrayList<>();
        environment.add("PATH=" + command.path());
        environment.add("HAPROXY_PROXY_NAME=" + backend.name());
        environment.add("HAPROXY_PROXY_ID=" + backend.id());
        environment.add("HAPROXY_PROXY_ADDR=" + proxyAddress);
        environment.add("HAPROXY_PROXY_PORT=" + proxyPort);
        environment.add("HAPROXY_SERVER_NAME=" + server.name());
        environment.add("HAPROXY_SERVER_ID=" + server.description().id());
        environment.add("HAPROXY_SERVER_ADDR=" + serverAddress);
        environment.add("HAPROXY_SERVER_PORT=" + serverPort);
        environment.add("HAPROXY_SERVER_MAXCONN=" + server.state().limits().maxConnections());
        environment.add("HAPROXY_SERVER_CURCONN=" + server.state().meters().current());
        environment.add("HAPROXY_SERVER_SSL=" + (server.tls() == null ? 0 : 1));
        environment.add("HAPROXY_SERVER_PROTO=" + protocol(backend, server));
        return new ExternalProgram(file(command), words, environment);
    }

    private static String protocol(Backend backend, Server server) {
        if (backend.mode() != Mode.HTTP) {
            return "tcp";
        }
        return server.description().dialing().speaksHttp2() ? "h2" : "h1";
    }

    /** As a shell would find it. */
    private static String file(ExternalCommand command) {
        if (command.command().indexOf('/') < 0) {
            for (String place : command.path().split(":", -1)) {
                Path candidate = Path.of(place.isEmpty() ? "." : place, command.command());
                if (Files.isExecutable(candidate)) {
                    return candidate.toString();
                }
            }
        }
        return command.command();
    }

    /** Starts it as the leader of a process group; blocks until it runs. Answers its pid, negative where it does not. */
    int spawn() {
        SystemCall.Strings arguments = new SystemCall.Strings(words);
        SystemCall.Strings variables = new SystemCall.Strings(environment);
        NativeBuffer attributes = new NativeBuffer(ATTRIBUTES);
        NativeBuffer mask = new NativeBuffer(128);
        NativeBuffer pid = new NativeBuffer(8);
        try {
            C.posix_spawnattr_init(attributes.address());
            C.posix_spawnattr_setflags(attributes.address(), POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
            C.posix_spawnattr_setsigmask(attributes.address(), mask.address());
            int errno = C.posix_spawn(
                    pid.address(), file, 0, attributes.address(), arguments.address(), variables.address());
            C.posix_spawnattr_destroy(attributes.address());
            return errno == 0 ? pid.bytes().getInt(0) : -errno;
        } finally { // their memory must not be freed while the kernel reads it
            Reference.reachabilityFence(arguments);
            Reference.reachabilityFence(variables);
            Reference.reachabilityFence(attributes);
            Reference.reachabilityFence(mask);
        }
    }
}
