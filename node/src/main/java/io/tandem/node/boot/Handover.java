// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.node.frontend.listen.Bind;
import io.tandem.node.setup.Configuration;
import io.tandem.node.socket.SocketOptions;
import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Passing listening sockets from a running process to the one that replaces it ({@code -x}), so that no connection waiting
 * in a backlog is lost. Between two Tandems as below; with a HAProxy on one side as {@link SocketTransfer} says.
 *
 * <p>The giver listens on an abstract socket named after its pid and gives to root and to its own user only. Each message is
 * one address and one descriptor (SCM_RIGHTS); the end of the stream ends the list. The admin socket that {@code -x} names
 * tells whose pid it is.
 *
 * <pre>
 *  0                   1                   2                   3
 * +---------------------------------------------------------------+
 * |  address as Bind.key writes it     , UTF-8, at most 512 bytes  |   + control message SOL_SOCKET, SCM_RIGHTS: one int
 * +---------------------------------------------------------------+
 * </pre>
 */
final class Handover {
    private static final int AF_UNIX = 1;
    private static final int SEQPACKET_CLOEXEC = 5 | 0x80000;
    private static final int STREAM_CLOEXEC = 1 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int CLOEXEC = 0x80000;
    private static final int F_SETFL = 4;
    private static final int PATIENCE_S = 5;
    private static final long PAUSE_NS = 100_000_000L;
    private static final int MAX_KEY = 512;
    private static final int MAX_PATH = 107;
    /** More than any process listens on. */
    private static final int MAX_DESCRIPTORS = 65_536;

    private Handover() {}

    /**
     * Takes the listeners of the process behind an admin socket.
     *
     * @param admin path of the admin socket, or null to take nothing
     * @return descriptors by {@link Bind#key}
     */
    static Map<String, List<Integer>> take(@Nullable String admin) throws IOException {
        Map<String, List<Integer>> taken = new LinkedHashMap<>();
        if (admin == null) {
            return taken;
        }
        String path = admin.startsWith("unix@") ? admin.substring(5) : admin;
        int socket = SystemCall.check("socket", C.socket(AF_UNIX, SEQPACKET_CLOEXEC, 0));
        try {
            Name name = Name.abstractName(name(ownerOf(path)));
            if (C.connect(socket, name.buffer().address(), name.length()) < 0) {
                return takeFromHaproxy(path);
            }
            SocketOptions.patience(socket, PATIENCE_S);
            Message message = new Message();
            for (int i = 0; i < MAX_DESCRIPTORS && message.receive(socket); i++) {
                taken.computeIfAbsent(message.key(), k -> new ArrayList<>()).add(message.descriptor());
            }
        } finally {
            C.close(socket);
        }
        return taken;
    }

    /** It is no Tandem: HAProxy gives its listeners over the admin socket itself. */
    private static Map<String, List<Integer>> takeFromHaproxy(String path) throws IOException {
        int socket = connected(path);
        try {
            SocketOptions.patience(socket, PATIENCE_S);
            return new SocketTransfer(socket).take();
        } finally {
            C.close(socket);
        }
    }

    /**
     * Gives the listeners to whoever asked on the admin socket.
     *
     * @param socket a descriptor of our own, closed here
     */
    static void giveTo(int socket, Map<String, List<Integer>> offered) {
        try {
            C.fcntl(socket, F_SETFL, 0); // blocking: this thread has nothing else to do
            SocketOptions.patience(socket, PATIENCE_S);
            new SocketTransfer(socket).give(offered);
        } catch (IOException e) {
            // The taker has gone: nothing was given that it could miss.
        } finally {
            C.close(socket);
        }
    }

    /** Closes what the configuration has no bind line for. */
    static void closeUnused(Map<String, List<Integer>> taken, Configuration configuration) {
        Set<String> used = configuration.frontends().stream()
                .flatMap(frontend -> frontend.binds().stream())
                .map(Bind::key)
                .collect(Collectors.toSet());
        taken.forEach((key, descriptors) -> {
            if (!used.contains(key)) {
                descriptors.forEach(C::close);
            }
        });
    }

    private static int ownerOf(String path) throws IOException {
        int socket = connected(path);
        try {
            return peer(socket)[0];
        } finally {
            C.close(socket);
        }
    }

    private static int connected(String path) throws IOException {
        int socket = SystemCall.check("socket", C.socket(AF_UNIX, STREAM_CLOEXEC, 0));
        Name name = Name.path(path);
        if (C.connect(socket, name.buffer().address(), name.length()) < 0) {
            String reason = Errno.name(Libc.errno());
            C.close(socket);
            throw new IOException("Failed to connect to the old process socket '" + path + "': " + reason);
        }
        return socket;
    }

    /** Pid and user at the other end. */
    private static int[] peer(int socket) throws IOException {
        NativeBuffer credentials = new NativeBuffer(12);
        NativeBuffer length = new NativeBuffer(4);
        length.bytes().putInt(0, 12);
        SystemCall.check(
                "SO_PEERCRED", C.getsockopt(socket, SOL_SOCKET, SO_PEERCRED, credentials.address(), length.address()));
        return new int[] {credentials.bytes().getInt(0), credentials.bytes().getInt(4)};
    }

    /**
     * Gives the listeners to whoever may ask, from a thread of its own, as long as the process lives.
     *
     * @param offered the present ones, replaced by each load
     */
    static void offer(Supplier<Map<String, List<Integer>>> offered) throws IOException {
        int socket = SystemCall.check("socket", C.socket(AF_UNIX, SEQPACKET_CLOEXEC, 0));
        Name name = Name.abstractName(name(C.getpid()));
        SystemCall.check(
                "bind " + name(C.getpid()), C.bind(socket, name.buffer().address(), name.length()));
        SystemCall.check("listen", C.listen(socket, 1));
        Thread thread = new Thread(() -> serve(socket, offered), "tandem-handover");
        thread.setDaemon(true);
        thread.start();
    }

    private static void serve(int socket, Supplier<Map<String, List<Integer>>> offered) {
        while (true) {
            int connection = C.accept4(socket, 0, 0, CLOEXEC);
            if (connection < 0) {
                LockSupport.parkNanos(PAUSE_NS); // no descriptors, most likely: whoever asks waits in the backlog
                continue;
            }
            try {
                SocketOptions.patience(connection, PATIENCE_S);
                int user = peer(connection)[1];
                if (user == 0 || user == C.geteuid()) {
                    give(connection, offered.get());
                }
            } catch (IOException e) {
                // The taker has gone: nothing was given that it could miss.
            } finally {
                C.close(connection);
            }
        }
    }

    private static void give(int connection, Map<String, List<Integer>> descriptors) throws IOException {
        Message message = new Message();
        for (Map.Entry<String, List<Integer>> entry : descriptors.entrySet()) {
            for (int descriptor : entry.getValue()) {
                message.send(connection, entry.getKey(), descriptor);
            }
        }
    }

    private static String name(int pid) {
        return "tandem/" + pid + "/listeners";
    }

    /** A sockaddr_un. */
    private record Name(NativeBuffer buffer, int length) {
        static Name path(String path) throws IOException {
            return of(path.getBytes(StandardCharsets.UTF_8), 0, path);
        }

        static Name abstractName(String name) throws IOException {
            return of(name.getBytes(StandardCharsets.UTF_8), 1, name);
        }

        private static Name of(byte[] bytes, int zeros, String shown) throws IOException {
            if (bytes.length > MAX_PATH - 1) {
                throw new IOException("socket name too long: " + shown);
            }
            NativeBuffer buffer = new NativeBuffer(2 + MAX_PATH + 1);
            buffer.bytes().putShort(0, (short) AF_UNIX).put(2 + zeros, bytes);
            // A path ends with a zero, an abstract name with the length.
            return new Name(buffer, 2 + bytes.length + 1);
        }
    }

    /** A message of one key and one descriptor, with the structures sendmsg and recvmsg want (64-bit Linux). */
    private static final class Message {
        private static final int HEADER = 56;
        private static final int CONTROL = 24;
        private static final int CONTROL_LENGTH = 20;

        private final NativeBuffer key = new NativeBuffer(MAX_KEY);
        private final NativeBuffer vector = new NativeBuffer(16);
        private final NativeBuffer control = new NativeBuffer(CONTROL);
        private final NativeBuffer header = new NativeBuffer(HEADER);
        private int length;

        private void prepare(int keyLength) {
            vector.bytes().putLong(0, key.address()).putLong(8, keyLength);
            header.bytes().putLong(0, 0).putInt(8, 0);
            header.bytes().putLong(16, vector.address()).putLong(24, 1);
            header.bytes().putLong(32, control.address()).putLong(40, CONTROL).putInt(48, 0);
        }

        void send(int socket, String text, int descriptor) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            if (bytes.length > MAX_KEY) {
                return;
            }
            key.bytes().put(0, bytes);
            control.bytes().putLong(0, CONTROL_LENGTH).putInt(8, SOL_SOCKET).putInt(12, SCM_RIGHTS);
            control.bytes().putInt(16, descriptor).putInt(20, 0);
            prepare(bytes.length);
            SystemCall.check("sendmsg", (int) C.sendmsg(socket, header.address(), MSG_NOSIGNAL));
        }

        /** False at the end of the list, or at anything that is not one. */
        boolean receive(int socket) throws IOException {
            control.bytes().putLong(0, 0);
            prepare(MAX_KEY);
            length = SystemCall.check("recvmsg", (int) C.recvmsg(socket, header.address(), MSG_CMSG_CLOEXEC));
            return length > 0
                    && control.bytes().getLong(0) == CONTROL_LENGTH
                    && control.bytes().getInt(8) == SOL_SOCKET
                    && control.bytes().getInt(12) == SCM_RIGHTS;
        }

        String key() {
            byte[] bytes = new byte[length];
            key.bytes().get(0, bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }

        int descriptor() {
            return control.bytes().getInt(16);
        }
    }
}
