/*
 * The tape in C, to measure src/engine/kernels.ts and src/engine/tape.ts against: the same arrays, a switch on the
 * same operations with the same formulas, the partials stored, every number checked to be finite, and a reverse sweep
 * that knows no operation.
 *
 *   tape GRAPH forward MILLISECONDS   prints the nanoseconds of a forward sweep, measured for so long
 *   tape GRAPH both MILLISECONDS      the same of a forward and a reverse sweep
 *   tape GRAPH results FILE           writes the values and the adjoints of all slots
 *
 * A graph is the numbers of slots and of inputs (int32), then for each slot its left and right operand (int32 each),
 * its value (double) and its operation (byte).
 */
#define _POSIX_C_SOURCE 199309L
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* In the order of MIX in engine-graph.ts. */
enum { ADD, MULTIPLY, SUBTRACT, DIVIDE, RELU, TANH, SIGMOID, EXP, SIN };

static int32_t slots, inputs;
static int32_t *left, *right;
static uint8_t *codes;
static double *values, *left_partials, *right_partials, *adjoints;

static double sigmoid(double x)
{
    if (x >= 0) return 1 / (1 + exp(-x));
    double exponential = exp(x);
    return exponential / (1 + exponential);
}

/* The first slot that has a number that is not finite, or -1. */
static int32_t sweep_forward(void)
{
    for (int32_t slot = inputs; slot < slots; slot += 1) {
        double x = values[left[slot]], y = values[right[slot]];
        double value, left_partial, right_partial = 0;
        switch (codes[slot]) {
        case ADD:
            value = x + y;
            left_partial = 1;
            right_partial = 1;
            break;
        case MULTIPLY:
            value = x * y;
            left_partial = y;
            right_partial = x;
            break;
        case SUBTRACT:
            value = x - y;
            left_partial = 1;
            right_partial = -1;
            break;
        case DIVIDE:
            value = x / y;
            left_partial = 1 / y;
            right_partial = -value / y;
            break;
        case RELU:
            value = x > 0 ? x : 0;
            left_partial = x > 0 ? 1 : 0;
            break;
        case TANH: {
            double hyperbolic = cosh(x);
            value = tanh(x);
            left_partial = 1 / (hyperbolic * hyperbolic);
            break;
        }
        case SIGMOID:
            value = sigmoid(x);
            left_partial = value * sigmoid(-x);
            break;
        case EXP:
            value = exp(x);
            left_partial = value;
            break;
        case SIN:
            value = sin(x);
            left_partial = cos(x);
            break;
        default:
            return slot;
        }
        values[slot] = value;
        left_partials[slot] = left_partial;
        right_partials[slot] = right_partial;
        if (!isfinite(value) || !isfinite(left_partial) || !isfinite(right_partial)) return slot;
    }
    return -1;
}

static void sweep_reverse(void)
{
    memset(adjoints, 0, (size_t)slots * sizeof *adjoints);
    adjoints[slots - 1] = 1;
    for (int32_t slot = slots - 1; slot >= inputs; slot -= 1) {
        double adjoint = adjoints[slot];
        if (adjoint == 0) continue;
        adjoints[left[slot]] += adjoint * left_partials[slot];
        adjoints[right[slot]] += adjoint * right_partials[slot];
    }
}

static void sweep(int with_reverse)
{
    if (sweep_forward() >= 0) {
        fputs("a number is not finite\n", stderr);
        exit(1);
    }
    if (with_reverse) sweep_reverse();
}

static double processor_time(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double nanoseconds(int with_reverse, double milliseconds)
{
    double start = processor_time(), elapsed = 0;
    long sweeps = 0;
    /* Ever more sweeps between two looks at the clock. */
    for (long batch = 1; elapsed < milliseconds * 1e6; batch *= 2) {
        for (long index = 0; index < batch; index += 1) sweep(with_reverse);
        sweeps += batch;
        elapsed = processor_time() - start;
    }
    return elapsed / (double)sweeps;
}

static void *take(FILE *file, size_t size)
{
    void *array = malloc((size_t)slots * size);
    if (array == NULL || fread(array, size, (size_t)slots, file) != (size_t)slots) exit(2);
    return array;
}

int main(int count, char **arguments)
{
    FILE *file = count == 4 ? fopen(arguments[1], "rb") : NULL;
    if (file == NULL || fread(&slots, 4, 1, file) != 1 || fread(&inputs, 4, 1, file) != 1) return 2;
    left = take(file, sizeof *left);
    right = take(file, sizeof *right);
    values = take(file, sizeof *values);
    codes = take(file, sizeof *codes);
    left_partials = calloc((size_t)slots, sizeof *left_partials);
    right_partials = calloc((size_t)slots, sizeof *right_partials);
    adjoints = calloc((size_t)slots, sizeof *adjoints);
    if (left_partials == NULL || right_partials == NULL || adjoints == NULL) return 2;

    sweep(1); /* Untimed, so that every page of memory is there. */
    if (strcmp(arguments[2], "results") != 0) {
        printf("%f\n", nanoseconds(strcmp(arguments[2], "both") == 0, atof(arguments[3])));
        return 0;
    }
    FILE *results = fopen(arguments[3], "wb");
    if (results == NULL) return 2;
    fwrite(values, sizeof *values, (size_t)slots, results);
    fwrite(adjoints, sizeof *adjoints, (size_t)slots, results);
    return fclose(results) == 0 ? 0 : 2;
}
