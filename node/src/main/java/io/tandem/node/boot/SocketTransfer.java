// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static io.tandem.vrrp.netlink.Libc.C;

import io.netty.channel.unix.DomainSocketAddress;
import io.tandem.node.frontend.listen.Bind;
import io.tandem.node.socket.SocketOptions;
import io.tandem.node.socket.UnixName;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Listening sockets over the admin socket, as HAProxy processes pass them to one another: {@code _getsocks}. So a Tandem may
 * replace a HAProxy without losing a connection, and the other way round.
 *
 * <pre>
 * giver:  | number of sockets, 4 bytes |  then in messages of up to 252 descriptors (SCM_RIGHTS), for each of them
 *         | length, 1 byte | namespace | length, 1 byte | interface | options, 4 bytes |
 * taker:  4 bytes after each message but the last
 * </pre>
 *
 * Numbers are in the host's byte order. The format is what the installed HAProxy 2.6 was seen to send and to take.
 */
final class SocketTransfer {
    static final String REQUEST = "_getsocks\n";
    private static final int MOST_IN_A_MESSAGE = 252;
    /** More than any process listens on. */
    private static final int MOST = 65_536;

    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int AF_UNIX = 1;
    private static final int SOCKADDR = 128;
    private static final int CONTROL_HEAD = 16;
    /** HAProxy binds a unix socket beside its path and renames it. */
    private static final Pattern TEMPORARY = Pattern.compile("\\.\\d+\\.tmp$");

    private final int socket;
    private final NativeBuffer data = new NativeBuffer(MOST);
    private final NativeBuffer control = new NativeBuffer(CONTROL_HEAD + 4 * MOST_IN_A_MESSAGE);
    private final NativeBuffer vector = new NativeBuffer(16);
    private final NativeBuffer header = new NativeBuffer(56);

    /** @param socket connected, blocking */
    SocketTransfer(int socket) {
        this.socket = socket;
    }

    /** Asks for the listeners; empty where the other side gives none. */
    Map<String, List<Integer>> take() throws IOException {
        byte[] request = REQUEST.getBytes(StandardCharsets.US_ASCII);
        data.bytes().put(0, request);
        send(request.length, List.of());
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        Deque<Integer> descriptors = new ArrayDeque<>();
        int count = -1;
        while (count < 0 || descriptors.size() < count) {
            int length = receive(descriptors);
            if (length == 0) {
                break;
            }
            byte[] piece = new byte[length];
            data.bytes().get(0, piece);
            received.writeBytes(piece);
            if (count < 0 && received.size() >= 4) {
                count = Math.min(number(received.toByteArray(), 0), MOST);
            }
            if (!descriptors.isEmpty() && descriptors.size() < count) {
                data.bytes().putInt(0, descriptors.size());
                send(4, List.of());
            }
        }
        return sorted(received.toByteArray(), descriptors);
    }

    private static Map<String, List<Integer>> sorted(byte[] bytes, Deque<Integer> descriptors) throws IOException {
        Map<String, List<Integer>> taken = new LinkedHashMap<>();
        int at = 4;
        for (int fd : descriptors) {
            String namespace = text(bytes, at);
            at += 1 + namespace.length();
            String device = text(bytes, at);
            at += 1 + device.length() + 4;
            SocketAddress address = nameOf(fd);
            if (address != null) {
                boolean onlyIpv6 = address instanceof InetSocketAddress inet
                        && inet.getAddress().getAddress().length == 16
                        && SocketOptions.isOnlyIpv6(fd);
                String key = Bind.key(
                        address, device.isEmpty() ? null : device, namespace.isEmpty() ? null : namespace, onlyIpv6);
                taken.computeIfAbsent(key, k -> new ArrayList<>()).add(fd);
            } else {
                C.close(fd);
            }
        }
        return taken;
    }

    private static String text(byte[] bytes, int at) {
        int length = at < bytes.length ? bytes[at] & 0xff : 0;
        return new String(
                bytes,
                Math.min(at + 1, bytes.length),
                Math.max(0, Math.min(length, bytes.length - at - 1)),
                StandardCharsets.ISO_8859_1);
    }

    /** Gives the listeners to a process that has sent {@link #REQUEST}. */
    void give(Map<String, List<Integer>> all) throws IOException {
        Map<String, List<Integer>> offered = new LinkedHashMap<>();
        for (Map.Entry<String, List<Integer>> entry : all.entrySet()) {
            offered.put(entry.getKey(), List.of(onlyOne(entry.getValue())));
        }
        int total = offered.values().stream().mapToInt(List::size).sum();
        data.bytes().putInt(0, total);
        send(4, List.of());
        List<Integer> batch = new ArrayList<>();
        int length = 0;
        int given = 0;
        for (Map.Entry<String, List<Integer>> listener : offered.entrySet()) {
            for (int fd : listener.getValue()) {
                length = describe(listener.getKey(), length);
                batch.add(fd);
                given++;
                if (batch.size() == MOST_IN_A_MESSAGE || given == total) {
                    send(length, batch);
                    batch.clear();
                    length = 0;
                    if (given < total && receive(new ArrayDeque<>()) == 0) {
                        return;
                    }
                }
            }
        }
    }

    /**
     * HAProxy takes one socket of an address and closes the others: what the kernel had given them would be lost. So they get
     * nothing any more, and our loops accept what they have.
     */
    private static int onlyOne(List<Integer> sockets) throws IOException {
        int first = sockets.get(0);
        if (SocketOptions.isUnix(first)) {
            return first;
        }
        if (sockets.size() > 1) {
            SocketOptions.steerToTheFirst(first);
        }
        SocketOptions.noFreeBind(first); // HAProxy takes a socket with it for one of a transparent listener
        return first;
    }

    private int describe(String key, int at) {
        int end = put(Bind.namespaceOf(key), at);
        end = put(Bind.deviceOf(key), end);
        data.bytes().putInt(end, 0);
        return end + 4;
    }

    private int put(String text, int at) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        data.bytes().put(at, (byte) bytes.length).put(at + 1, bytes);
        return at + 1 + bytes.length;
    }

    private void send(int length, List<Integer> descriptors) throws IOException {
        int rights = 4 * descriptors.size();
        if (rights > 0) {
            control.bytes()
                    .putLong(0, CONTROL_HEAD + rights)
                    .putInt(8, SOL_SOCKET)
                    .putInt(12, SCM_RIGHTS);
            for (int i = 0; i < descriptors.size(); i++) {
                control.bytes().putInt(CONTROL_HEAD + 4 * i, descriptors.get(i));
            }
        }
        prepare(length, rights == 0 ? 0 : CONTROL_HEAD + (rights + 7) / 8 * 8);
        SystemCall.check("sendmsg", (int) C.sendmsg(socket, header.address(), MSG_NOSIGNAL));
    }

    /** The number of bytes received into {@link #data}; descriptors that came along are added. */
    private int receive(Deque<Integer> descriptors) throws IOException {
        control.bytes().putLong(0, 0);
        prepare(data.capacity(), control.capacity());
        int length = SystemCall.check("recvmsg", (int) C.recvmsg(socket, header.address(), MSG_CMSG_CLOEXEC));
        long size = control.bytes().getLong(0);
        boolean rights = size > CONTROL_HEAD
                && size <= control.capacity()
                && control.bytes().getInt(8) == SOL_SOCKET
                && control.bytes().getInt(12) == SCM_RIGHTS;
        for (int at = CONTROL_HEAD; rights && at + 4 <= size; at += 4) {
            descriptors.add(control.bytes().getInt(at));
        }
        return length;
    }

    private void prepare(int length, int controlLength) {
        vector.bytes().putLong(0, data.address()).putLong(8, length);
        header.bytes().putLong(0, 0).putInt(8, 0);
        header.bytes().putLong(16, vector.address()).putLong(24, 1);
        header.bytes()
                .putLong(32, controlLength == 0 ? 0 : control.address())
                .putLong(40, controlLength)
                .putInt(48, 0);
    }

    private static int number(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt(at);
    }

    /** Where a socket is bound; null where that cannot be said. */
    private static @Nullable SocketAddress nameOf(int fd) throws IOException {
        NativeBuffer name = new NativeBuffer(SOCKADDR);
        NativeBuffer length = new NativeBuffer(4);
        length.bytes().putInt(0, SOCKADDR);
        SystemCall.check("getsockname", C.getsockname(fd, name.address(), length.address()));
        int size = length.bytes().getInt(0);
        int port = (name.bytes().get(2) & 0xff) << 8 | name.bytes().get(3) & 0xff;
        return switch (name.bytes().getShort(0)) {
            case AF_INET -> new InetSocketAddress(InetAddress.getByAddress(slice(name, 4, 4)), port);
            case AF_INET6 -> new InetSocketAddress(InetAddress.getByAddress(slice(name, 8, 16)), port);
            case AF_UNIX -> unix(slice(name, 2, Math.max(0, size - 2)));
            default -> null;
        };
    }

    private static @Nullable DomainSocketAddress unix(byte[] path) {
        if (path.length == 0) {
            return null;
        }
        if (path[0] == 0) {
            return UnixName.ofAbstract(path, path.length);
        }
        String text = new String(path, StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return UnixName.path(
                TEMPORARY.matcher(end < 0 ? text : text.substring(0, end)).replaceFirst(""));
    }

    private static byte[] slice(NativeBuffer from, int at, int length) {
        byte[] bytes = new byte[length];
        from.bytes().get(at, bytes);
        return bytes;
    }
}
