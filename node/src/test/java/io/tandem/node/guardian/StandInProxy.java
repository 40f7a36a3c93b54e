// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What a proxy is to its guardian, and no more: it beats, is ready, echoes datagrams on port 7777, reloads and stops. */
public final class StandInProxy {
    private StandInProxy() {}

    /** A file of that name in the directory of the property {@code standin} steers it: {@code bad} fails the reload, {@code hang} stops the beat, {@code oom} takes all memory, {@code ill} has the first watched backend without servers. */
    public static void main(String[] arguments) throws IOException {
        System.err.println("standin sockets " + sockets());
        Path directory = Path.of(System.getProperty("standin", "/nonexistent"));
        AtomicReference<@Nullable GuardianLink> own = new AtomicReference<>();
        GuardianLink link = GuardianLink.connect(System.getenv(), new GuardianLink.Handler() {
                    @Override
                    public void onRole(Role role) {
                        System.err.println("standin role " + role);
                    }

                    @Override
                    public @Nullable String onReload() {
                        if (Files.exists(directory.resolve("dies"))) {
                            Runtime.getRuntime().halt(3);
                        }
                        return Files.exists(directory.resolve("bad"))
                                ? "parsing [x.cfg:3] : unknown keyword 'foo'\nsecond line"
                                : null;
                    }

                    @Override
                    public void onWatch(List<String> backends) {
                        System.err.println("standin watch " + backends);
                        GuardianLink telling = own.get();
                        if (telling != null && Files.exists(directory.resolve("ill"))) {
                            telling.health(backends.isEmpty() ? "" : backends.get(0));
                        }
                    }

                    @Override
                    public void onStop(boolean soft) {
                        Runtime.getRuntime().halt(soft ? 0 : 143);
                    }

                    @Override
                    public void onGuardianGone() {
                        Runtime.getRuntime().halt(7);
                    }
                })
                .orElseThrow();
        own.set(link);
        link.start(() -> {
            if (Files.exists(directory.resolve("oom"))) {
                byte[][] hoard = new byte[4096][];
                for (int i = 0; i < hoard.length; i++) {
                    hoard[i] = new byte[1 << 20];
                }
            }
            return !Files.exists(directory.resolve("hang"));
        });
        DatagramSocket socket = new DatagramSocket(7777);
        link.ready(true);
        byte[] bytes = new byte[64];
        while (!socket.isClosed()) {
            DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
            socket.receive(packet);
            socket.send(packet);
        }
    }

    /** The descriptors of the sockets this process was started with. */
    private static List<String> sockets() throws IOException {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path fd : open) {
                if (Files.isSymbolicLink(fd)
                        && Files.readSymbolicLink(fd).toString().startsWith("socket:")) {
                    found.add(String.valueOf(fd.getFileName()));
                }
            }
        }
        return found;
    }
}
