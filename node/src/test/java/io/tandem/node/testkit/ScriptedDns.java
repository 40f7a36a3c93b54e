// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.testkit;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A name server on 127.0.0.1, by UDP and TCP, that says what a zone tells it to. A zone's lines are {@code NAME WHAT …}:
 *
 * <pre>
 * a 192.0.2.1 | aaaa 2001:db8::1 | srv PRIORITY WEIGHT PORT TARGET | cname TARGET | txt
 * rcode N | drop | tc | wrongid | wrongq | loop | garbage HEX | late MS | additional NAME ADDRESS
 * </pre>
 *
 * <p>Names that no line has do not exist.
 */
public final class ScriptedDns implements AutoCloseable {
    private static final int CNAME = 5;
    private static final int TXT = 16;

    private final ServerSocket stream;
    private final DatagramSocket datagrams;
    private final List<String> questions = new CopyOnWriteArrayList<>();
    private volatile List<String[]> zone = List.of();

    public ScriptedDns(String zone) throws IOException {
        ServerSocket listening = null;
        DatagramSocket bound = null;
        while (bound == null) { // a port that is free for both
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            try {
                bound = new DatagramSocket(listening.getLocalPort(), InetAddress.getLoopbackAddress());
            } catch (IOException taken) {
                listening.close();
            }
        }
        stream = Objects.requireNonNull(listening);
        datagrams = bound;
        zone(zone);
        daemon(this::answerDatagrams);
        daemon(this::accept);
    }

    public int port() {
        return datagrams.getLocalPort();
    }

    /** What it says from now on. */
    public void zone(String text) {
        zone = text.lines()
                .filter(line -> !line.isBlank())
                .map(line -> line.strip().split(" +", -1))
                .toList();
    }

    /** What it has been asked, {@code udp one.test 1}. */
    public List<String> questions() {
        return List.copyOf(questions);
    }

    /** How often a name has been asked for, whatever the type. */
    public long asked(String name) {
        return questions.stream().filter(q -> q.split(" ", -1)[1].equals(name)).count();
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "scripted dns");
        thread.setDaemon(true);
        thread.start();
    }

    private void answerDatagrams() {
        byte[] buffer = new byte[65_536];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                datagrams.receive(packet);
                byte[] query = Arrays.copyOf(buffer, packet.getLength());
                byte[] answer = answer(query, "udp");
                if (answer != null) {
                    datagrams.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = stream.accept();
                daemon(() -> serve(client));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(Socket client) {
        try (client) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            DataOutputStream out = new DataOutputStream(client.getOutputStream());
            while (true) {
                byte[] query = in.readNBytes(in.readUnsignedShort());
                byte[] answer = answer(query, "tcp");
                if (answer != null) {
                    out.writeShort(answer.length);
                    out.write(answer);
                }
            }
        } catch (IOException over) {
            // the proxy has closed
        }
    }

    private byte @Nullable [] answer(byte[] query, String way) {
        ByteBuffer in = ByteBuffer.wrap(query);
        int id = in.getShort() & 0xffff;
        in.position(12);
        StringBuilder name = new StringBuilder();
        for (int length = in.get(); length > 0; length = in.get()) {
            byte[] label = new byte[length];
            in.get(label);
            name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
        }
        int type = in.getShort() & 0xffff;
        in.getShort();
        byte[] question = Arrays.copyOfRange(query, 12, in.position());
        questions.add(way + " " + name + " " + type);
        return new Reply(id, question, type, way).to(name.toString());
    }

    private final class Reply {
        private final ByteArrayOutputStream answers = new ByteArrayOutputStream();
        private final ByteArrayOutputStream additional = new ByteArrayOutputStream();
        private final byte[] question;
        private final int type;
        private final String way;
        private int id;
        private int flags = 0x8180;
        private int count;
        private int additionalCount;

        Reply(int id, byte[] question, int type, String way) {
            this.id = id;
            this.question = question.clone();
            this.type = type;
            this.way = way;
        }

        byte @Nullable [] to(String name) {
            boolean known = false;
            for (String[] line : zone) {
                if (line[0].equals(name)) {
                    known = true;
                    if (line[1].equals("drop")) {
                        return null;
                    }
                    if (line[1].equals("garbage")) {
                        return HexFormat.of().parseHex(line[2]);
                    }
                    apply(line);
                }
            }
            if (!known) {
                flags |= 3;
            }
            ByteBuffer out = ByteBuffer.allocate(12 + question.length + answers.size() + additional.size());
            out.putShort((short) id).putShort((short) flags).putShort((short) 1);
            out.putShort((short) count).putShort((short) 0).putShort((short) additionalCount);
            out.put(question).put(answers.toByteArray()).put(additional.toByteArray());
            return out.array();
        }

        private void apply(String[] line) {
            switch (line[1]) {
                case "a" -> record(1, address(line[2]), true);
                case "aaaa" -> record(28, address(line[2]), true);
                case "srv" -> {
                    ByteBuffer fields = ByteBuffer.allocate(6);
                    for (int i = 2; i < 5; i++) {
                        fields.putShort((short) Integer.parseInt(line[i]));
                    }
                    record(33, join(fields.array(), wire(line[5])), true);
                }
                case "cname" -> alias(line[2]);
                case "txt" -> record(TXT, new byte[] {2, 'h', 'i'}, false);
                case "rcode" -> flags |= Integer.parseInt(line[2]);
                case "tc" -> flags |= way.equals("udp") ? 0x0200 : 0;
                case "wrongid" -> id ^= 1;
                case "wrongq" -> question[1] ^= 3;
                case "loop" -> {
                    int here = 12 + question.length;
                    answers.writeBytes(new byte[] {(byte) 0xc0, (byte) here, 0, (byte) type, 0, 1, 0, 0, 0, 1, 0, 0});
                    count++;
                }
                case "late" -> {
                    try {
                        Thread.sleep(Long.parseLong(line[2])); // the pace of a slow server
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }
                case "additional" -> {
                    byte[] data = address(line[3]);
                    additional.writeBytes(wire(line[2]));
                    additional.writeBytes(head(data.length == 4 ? 1 : 28, data.length));
                    additional.writeBytes(data);
                    additionalCount++;
                }
                default -> throw new IllegalArgumentException(String.join(" ", line));
            }
        }

        /** An alias, and the addresses of what it stands for. */
        private void alias(String target) {
            record(CNAME, wire(target), false);
            for (String[] line : zone) {
                boolean isAddress = line[1].equals("a") || line[1].equals("aaaa");
                if (line[0].equals(target) && isAddress && type == (line[1].equals("a") ? 1 : 28)) {
                    byte[] data = address(line[2]);
                    answers.writeBytes(wire(target));
                    answers.writeBytes(head(type, data.length));
                    answers.writeBytes(data);
                    count++;
                }
            }
        }

        private void record(int of, byte[] data, boolean onlyIfAsked) {
            if (onlyIfAsked && of != type) {
                return;
            }
            answers.writeBytes(new byte[] {(byte) 0xc0, 12});
            answers.writeBytes(head(of, data.length));
            answers.writeBytes(data);
            count++;
        }
    }

    private static byte[] head(int type, int length) {
        return new byte[] {0, (byte) type, 0, 1, 0, 0, 0, 60, (byte) (length >> 8), (byte) length};
    }

    private static byte[] join(byte[] one, byte[] other) {
        return ByteBuffer.allocate(one.length + other.length)
                .put(one)
                .put(other)
                .array();
    }

    private static byte[] wire(String name) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String label : name.split("\\.", -1)) {
            out.write(label.length());
            out.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        }
        out.write(0);
        return out.toByteArray();
    }

    private static byte[] address(String literal) {
        return new InetSocketAddress(literal, 0).getAddress().getAddress();
    }

    @Override
    public void close() throws IOException {
        datagrams.close();
        stream.close();
    }
}
