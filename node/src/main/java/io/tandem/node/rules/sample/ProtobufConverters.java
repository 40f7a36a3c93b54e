// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.optionalString;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Parameter.Kind;
import java.util.List;
import java.util.Locale;

/**
 * Converters on protocol buffers and gRPC messages (HAProxy manual 7.3.1): the first field of a number, in messages within
 * messages where the number has dots.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Protocol buffers, encoding</a>
 */
final class ProtobufConverters {
    private static final int GRPC_HEADER = 5; // a flag, four bytes of length

    static final List<Keyword<ConverterKind>> ALL = List.of(
            converter("protobuf")
                    .args(Parameter.of(Kind.FIELD_NUMBER), optionalString("type"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BINARY)
                    .doc("a field of a protocol buffers message: its bytes, or an integer where a type is given")
                    .as(args -> new Field(args, 0)::convert),
            converter("ungrpc")
                    .args(Parameter.of(Kind.FIELD_NUMBER), optionalString("type"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BINARY)
                    .doc("a field of the gRPC message: its bytes, or an integer where a type is given")
                    .as(args -> new Field(args, GRPC_HEADER)::convert));

    private ProtobufConverters() {}

    // how a value is written: the three low bits of its key
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int DELIMITED = 2;
    private static final int FIXED32 = 5;

    private enum Type {
        INT32(ProtobufConverters.VARINT),
        INT64(ProtobufConverters.VARINT),
        UINT32(ProtobufConverters.VARINT),
        UINT64(ProtobufConverters.VARINT),
        BOOL(ProtobufConverters.VARINT),
        ENUM(ProtobufConverters.VARINT),
        SINT32(ProtobufConverters.VARINT),
        SINT64(ProtobufConverters.VARINT),
        FIXED64(ProtobufConverters.FIXED64),
        SFIXED64(ProtobufConverters.FIXED64),
        DOUBLE(ProtobufConverters.FIXED64),
        FIXED32(ProtobufConverters.FIXED32),
        SFIXED32(ProtobufConverters.FIXED32),
        FLOAT(ProtobufConverters.FIXED32),
        /** No type given: the bytes as they are. */
        BYTES(ProtobufConverters.DELIMITED);

        private final int wire;

        Type(int wire) {
            this.wire = wire;
        }

        static Type of(Args args) {
            if (args.count() < 2) {
                return BYTES;
            }
            String word = args.string(1);
            for (Type type : values()) {
                if (type != BYTES && word.equals(type.name().toLowerCase(Locale.ROOT))) {
                    return type;
                }
            }
            throw new SampleError("Wrong protocol buffer type '" + word + "'");
        }

        /** What the value {@code bits} means, of its eight or four bytes, or of a varint. */
        long meaning(long bits) {
            return switch (this) {
                case SINT32, SINT64 -> bits >>> 1 ^ -(bits & 1);
                case FIXED32 -> bits & 0xFFFFFFFFL;
                case SFIXED32 -> (int) bits;
                case DOUBLE -> truncated(Double.longBitsToDouble(bits));
                case FLOAT -> truncated(Float.intBitsToFloat((int) bits)) & 0xFFFFFFFFL;
                default -> bits;
            };
        }

        /** As the processor HAProxy runs on: what is no number of 64 bits becomes the smallest one. */
        private static long truncated(double value) {
            return Double.isNaN(value) || value >= 0x1p63 || value < -0x1p63 ? Long.MIN_VALUE : (long) value;
        }
    }

    /** One field. Immutable. */
    private static final class Field {
        private final long[] path;
        private final Type type;
        private final int header;

        Field(Args args, int header) {
            path = args.fieldNumber(0);
            type = Type.of(args);
            this.header = header;
        }

        boolean convert(Facts facts, Sample in) {
            int start = in.start;
            int end = in.end;
            if (header > 0) {
                // flagged as compressed or not: HAProxy reads on
                if (in.length() < header) {
                    return false;
                }
                start += header;
                long length = Text.int32(in.bytes, start - 4);
                if (length > end - start) {
                    return false;
                }
                end = start + (int) length;
            }
            return find(in, 0, start, end);
        }

        /** Looks for the field at {@code step} of the path; as deep as that is long. */
        private boolean find(Sample in, int step, int from, int end) {
            byte[] bytes = in.bytes;
            int at = from;
            while (at < end) {
                int next = Varint.end(bytes, at, end);
                if (next < 0) {
                    return false;
                }
                long key = Varint.value(bytes, at, next);
                int wire = (int) key & 7;
                int value = valueStart(bytes, wire, next, end);
                int valueEnd = value < 0 ? -1 : valueEnd(bytes, wire, next, value, end);
                if (valueEnd < 0) {
                    return false;
                }
                at = valueEnd;
                if (key >>> 3 != path[step]) {
                    continue;
                }
                if (step == path.length - 1) {
                    return put(in, wire, value, valueEnd);
                }
                if (wire == DELIMITED && find(in, step + 1, value, valueEnd)) {
                    return true;
                }
            }
            return false;
        }

        /** Where the value of a key begins: behind its length, where it has one; negative where it is none. */
        private static int valueStart(byte[] bytes, int wire, int at, int end) {
            return wire == DELIMITED ? Varint.end(bytes, at, end) : at;
        }

        private static int valueEnd(byte[] bytes, int wire, int at, int value, int end) {
            long length;
            if (wire == VARINT) {
                return at == end ? at : Varint.end(bytes, at, end); // a key at the very end has an empty value
            } else if (wire == FIXED64) {
                length = 8;
            } else if (wire == FIXED32) {
                length = 4;
            } else if (wire == DELIMITED) {
                length = Varint.value(bytes, at, value);
            } else {
                return -1; // groups are retired, the rest is nothing
            }
            return length < 0 || length > end - value ? -1 : (int) (value + length);
        }

        private boolean put(Sample in, int wire, int start, int end) {
            if (type == Type.BYTES) {
                in.set(SampleType.BINARY, in.bytes, start, end);
                return true;
            }
            if (wire != type.wire) {
                return false;
            }
            long bits = 0;
            if (wire == VARINT) {
                bits = Varint.value(in.bytes, start, end);
            } else {
                for (int i = end - 1; i >= start; i--) {
                    bits = bits << 8 | in.bytes[i] & 0xFF;
                }
            }
            in.set(type.meaning(bits));
            return true;
        }
    }

    /** Integers of seven bits a byte, the lowest first. */
    private static final class Varint {
        private static final int MAX_BYTES = 10;

        private Varint() {}

        /** Behind the integer that begins at {@code at}; negative where there is none. */
        static int end(byte[] bytes, int at, int end) {
            for (int i = at; i < end && i < at + MAX_BYTES; i++) {
                if (bytes[i] >= 0) {
                    return i + 1;
                }
            }
            return -1;
        }

        static long value(byte[] bytes, int start, int end) {
            long value = 0;
            for (int i = end - 1; i >= start; i--) {
                value = value << 7 | bytes[i] & 0x7F;
            }
            return value;
        }
    }
}
