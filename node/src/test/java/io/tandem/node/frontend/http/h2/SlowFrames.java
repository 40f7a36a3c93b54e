// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A connection's frames read the slow way (RFC 9113 sections 4 to 6): all bytes as one text, a frame a substring. What
 * {@link HearingEndpoint} must hear and answer, however the bytes come.
 */
final class SlowFrames {
    private static final long LARGEST_WINDOW = 0x7fff_ffffL;
    private static final int REMEMBERED_RESETS = 16;

    /** One stream: what may still come and go, and whether the peer has ended it. */
    private static final class Stream {
        private final int id;
        private long receive;
        private long send;
        private boolean ended;

        Stream(int id, long receive, long send) {
            this.id = id;
            this.receive = receive;
            this.send = send;
        }
    }

    private final EndpointSettings settings;
    private final SlowHpack hpack;
    private final List<String> events = new ArrayList<>();
    private final List<String> answers = new ArrayList<>();
    private final Map<Integer, Stream> streams = new TreeMap<>();
    private final List<Integer> resets = new ArrayList<>();
    private String data = "";
    private long initialWindow = 65_535;
    private long connectionWindow = 65_535;
    private boolean begun;
    private boolean over;
    private int last;
    /** Whose block goes on in the next frame, or 0; what there is of it; whether it ends its stream. */
    private int open;

    private String gathered = "";
    private boolean ends;

    private SlowFrames(EndpointSettings settings) {
        this.settings = settings;
        hpack = new SlowHpack(settings.headerTableSize(), 64 * 1024);
    }

    static HearingEndpoint.Heard read(byte[] bytes, EndpointSettings settings) {
        SlowFrames reader = new SlowFrames(settings);
        reader.read(new String(bytes, StandardCharsets.ISO_8859_1));
        reader.told("");
        return new HearingEndpoint.Heard(reader.events, reader.answers);
    }

    /** The frames of an endpoint in words; settings and windows left out. */
    static List<String> answers(String text) {
        List<String> answers = new ArrayList<>();
        for (int at = 0; at < text.length(); at += 9 + (int) number(text, at, 3)) {
            int type = text.charAt(at + 3);
            long id = number(text, at + 5, 4);
            String payload = text.substring(at + 9, at + 9 + (int) number(text, at, 3));
            switch (type) {
                case 3 -> answers.add("reset " + id + " " + number(payload, 0, 4));
                case 4 -> {
                    if ((text.charAt(at + 4) & 1) != 0) {
                        answers.add("ack");
                    }
                }
                case 6 -> answers.add("pong " + payload);
                case 7 -> answers.add("goaway " + number(payload, 0, 4) + " " + number(payload, 4, 4));
                case 8 -> {}
                default -> answers.add("type " + type);
            }
        }
        return answers;
    }

    private static long number(String text, int at, int bytes) {
        long value = 0;
        for (int i = at; i < at + bytes; i++) {
            value = value << 8 | text.charAt(i);
        }
        return value;
    }

    private void told(String event) {
        if (!data.isEmpty()) {
            events.add(data);
            data = "";
        }
        if (!event.isEmpty()) {
            events.add(event);
        }
    }

    private void fail(int code) {
        if (!over) {
            over = true;
            answers.add("goaway " + last + " " + code);
            told("FAILED");
        }
    }

    private void reset(int id, int code) {
        resets.add(id);
        answers.add("reset " + id + " " + code);
    }

    private void streamError(Stream stream, int code) {
        reset(stream.id, code);
        streams.remove(stream.id);
        told("reset " + stream.id + " " + code);
    }

    private boolean isIdle(int id) {
        return id > last;
    }

    private void read(String text) {
        int at = 0;
        while (!over && at + 9 <= text.length()) {
            int length = (int) number(text, at, 3);
            int type = text.charAt(at + 3);
            int flags = text.charAt(at + 4);
            int id = (int) (number(text, at + 5, 4) & 0x7fff_ffff);
            String payload = text.substring(at + 9, Math.min(text.length(), at + 9 + length));
            at += 9 + length;
            if (length > settings.maxFrameSize()) {
                fail(6);
            } else if (!begun && (type != 4 || (flags & 1) != 0)) {
                fail(1);
            } else if (open != 0 && (type != 9 || id != open)) {
                fail(1);
            } else if (type == 0) {
                data(flags, id, length, payload);
            } else if (payload.length() == length) {
                frame(type, flags, id, payload);
            }
        }
    }

    private void data(int flags, int id, int length, String payload) {
        if (id == 0 || isIdle(id)) {
            fail(1);
            return;
        }
        Stream stream = streams.get(id);
        if (stream == null) {
            if (!resets.subList(Math.max(0, resets.size() - REMEMBERED_RESETS), resets.size())
                    .contains(id)) {
                reset(id, 5);
            }
        } else if (stream.ended || length > stream.receive) {
            streamError(stream, stream.ended ? 5 : 3);
            stream = null;
        } else {
            stream.receive -= length;
        }
        String content = payload;
        if ((flags & 8) != 0) {
            if (length == 0) {
                fail(6);
                return;
            }
            if (payload.isEmpty()) {
                return;
            }
            int end = length - payload.charAt(0);
            if (end < 1) {
                fail(1);
                return;
            }
            content = payload.substring(1, Math.min(end, payload.length()));
        }
        if (stream == null) {
            return;
        }
        String prefix = "data " + id + " ";
        if (!content.isEmpty()) {
            if (!data.startsWith(prefix)) {
                told("");
                data = prefix;
            }
            data += content;
        }
        if (payload.length() == length && (flags & 1) != 0) {
            stream.ended = true;
            told("end " + id);
        }
    }

    private void frame(int type, int flags, int id, String payload) {
        switch (type) {
            case 1 -> headers(flags, id, payload);
            case 2 -> {
                if (payload.length() != 5) {
                    fail(6);
                } else if (id == 0 || (number(payload, 0, 4) & 0x7fff_ffff) == id) {
                    fail(1);
                }
            }
            case 3 -> resetStream(id, payload);
            case 4 -> settings(flags, id, payload);
            case 5 -> fail(1);
            case 6 -> {
                if (payload.length() != 8) {
                    fail(6);
                } else if (id != 0) {
                    fail(1);
                } else if ((flags & 1) == 0) {
                    answers.add("pong " + payload);
                }
            }
            case 7 -> {
                if (id != 0) {
                    fail(1);
                } else if (payload.length() < 8) {
                    fail(6);
                } else {
                    told("good-bye " + (number(payload, 0, 4) & 0x7fff_ffff) + " " + (int) number(payload, 4, 4));
                }
            }
            case 8 -> window(id, payload);
            case 9 -> continuation(flags, payload);
            default -> {}
        }
    }

    private void headers(int flags, int id, String payload) {
        if (id == 0) {
            fail(1);
            return;
        }
        String content = payload;
        int padding = 0;
        if ((flags & 8) != 0) {
            if (payload.isEmpty()) {
                fail(6);
                return;
            }
            padding = payload.charAt(0);
            content = payload.substring(1);
        }
        if ((flags & 0x20) != 0) {
            if (content.length() < 5) {
                fail(6);
                return;
            }
            if (content.length() - padding >= 5 && (number(content, 0, 4) & 0x7fff_ffff) == id) {
                fail(1);
                return;
            }
            content = content.substring(5);
        }
        if (padding > content.length()) {
            fail(1);
            return;
        }
        gathered = content.substring(0, content.length() - padding);
        ends = (flags & 1) != 0;
        if ((flags & 4) != 0) {
            block(id);
        } else {
            open = id;
            checkLength();
        }
    }

    private void continuation(int flags, String payload) {
        if (open == 0) {
            fail(1);
            return;
        }
        gathered += payload;
        checkLength();
        if ((flags & 4) != 0 && !over) {
            int id = open;
            open = 0;
            block(id);
        }
    }

    private void checkLength() {
        if (gathered.length() > settings.maxHeaderList()) {
            fail(11);
        }
    }

    private void block(int id) {
        Stream stream = streams.get(id);
        told((stream != null ? "trailers " : isIdle(id) ? "head " : "late ") + id);
        SlowHpack.Reading reading = hpack.read(gathered.getBytes(StandardCharsets.ISO_8859_1));
        reading.fields().forEach(this::told);
        if (!reading.good()) {
            fail(9);
            return;
        }
        if (isIdle(id)) {
            last = id;
            stream = new Stream(id, settings.initialWindow(), initialWindow);
            streams.put(id, stream);
        }
        if (stream != null && ends && !stream.ended) {
            stream.ended = true;
            told("end " + id);
        }
    }

    private void resetStream(int id, String payload) {
        if (payload.length() != 4) {
            fail(6);
        } else if (id == 0 || isIdle(id)) {
            fail(1);
        } else if (streams.remove(id) != null) {
            told("reset " + id + " " + (int) number(payload, 0, 4));
        }
    }

    private void settings(int flags, int id, String payload) {
        boolean ack = (flags & 1) != 0;
        if (id != 0) {
            fail(1);
        } else if (ack ? !payload.isEmpty() : payload.length() % 6 != 0) {
            fail(6);
        }
        for (int at = 0; !ack && !over && at < payload.length(); at += 6) {
            setting((int) number(payload, at, 2), number(payload, at + 2, 4));
        }
        if (!ack && !over) {
            answers.add("ack");
            begun = true;
        }
    }

    private void setting(int name, long value) {
        boolean isSwitch = name == 2 || name == 8;
        if (isSwitch && value > 1) {
            fail(1);
        } else if (name == 5 && (value < 16_384 || value > 0xff_ffff)) {
            fail(1);
        } else if (name == 4 && value > LARGEST_WINDOW) {
            fail(3);
        } else if (name == 4) {
            long more = value - initialWindow;
            initialWindow = value;
            streams.values().forEach(stream -> stream.send += more);
            if (streams.values().stream().anyMatch(stream -> stream.send > LARGEST_WINDOW)) {
                fail(3);
            }
        }
    }

    private void window(int id, String payload) {
        if (payload.length() != 4) {
            fail(6);
            return;
        }
        long more = number(payload, 0, 4) & LARGEST_WINDOW;
        Stream stream = streams.get(id);
        if (id == 0) {
            connectionWindow += more;
            if (more == 0) {
                fail(1);
            } else if (connectionWindow > LARGEST_WINDOW) {
                fail(3);
            }
        } else if (isIdle(id)) {
            fail(1);
        } else if (stream != null) {
            stream.send += more;
            if (more == 0) {
                streamError(stream, 1);
            } else if (stream.send > LARGEST_WINDOW) {
                streamError(stream, 3);
            }
        }
    }
}
